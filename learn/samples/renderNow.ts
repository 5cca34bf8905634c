/** Renders views while the caller waits: for steps of training, which are no asynchronous functions. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { RenderAnswer, RenderBatch, RenderRequest } from "./renderer.js";

/** Of a batch, which takes a second on a slow machine; a thread that died would never answer. */
const PATIENCE_MS = 5 * 60_000;

export interface Renderer {
  /** @returns `[views.length, size, size, 3]` bytes, as `renderView` gives them */
  render(batch: RenderBatch): Uint8Array;
  close(): void;
}

/** A thread of its own. Call `close` when done. */
export function openRenderer(): Renderer {
  const { port1: port, port2 } = new MessageChannel();
  const answers = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL("./renderThread.js", import.meta.url), {
    workerData: { port: port2, answers },
    transferList: [port2],
  });
  // Its end is told by the answer that does not come, or by nobody: the process may end before it.
  worker.on("error", () => undefined);
  worker.unref();
  let requests = 0;
  return {
    render: ({ images, views, input }) => {
      const { size, cropFraction, kernel } = input;
      const id = requests++;
      port.postMessage({ id, images, views, input: { size, cropFraction, kernel } } satisfies RenderRequest);
      return answerOf(port, answers, id);
    },
    close: () => {
      port.close();
      void worker.terminate();
    },
  };
}

function answerOf(port: MessagePort, answers: Int32Array, id: number): Uint8Array {
  // Each answer is counted after it was sent, so it is there when the count is.
  if (Atomics.wait(answers, 0, id, PATIENCE_MS) === "timed-out")
    throw new Error("the thread that renders views does not answer");
  const said = receiveMessageOnPort(port)?.message as RenderAnswer | undefined;
  if (said === undefined) throw new Error("the thread that renders views has answered nothing");
  if ("error" in said) throw said.error;
  return said.pixels;
}
