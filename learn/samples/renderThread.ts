/** The thread that renders views, so that decoding and drawing go on while the process computes. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { renderView } from "../../data/views/views.js";
import type { RenderAnswer, RenderRequest } from "./renderer.js";

/** For one that waits without turning its event loop: where to answer, and what wakes it. */
const waiting = workerData as { readonly port: MessagePort; readonly answers: Int32Array } | undefined;
const port = waiting?.port ?? parentPort;

port?.on("message", (request: RenderRequest) => {
  void answer(request).then((said) => {
    port.postMessage(said, transferred(said));
    if (waiting === undefined) return;
    Atomics.add(waiting.answers, 0, 1);
    Atomics.notify(waiting.answers, 0);
  });
});

async function answer({ id, images, views, input }: RenderRequest): Promise<RenderAnswer> {
  try {
    const encoded = images.map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    );
    const rendered = await Promise.all(
      views.map(({ image, parameters }) => renderView(encoded[image] as Buffer, input, parameters)),
    );
    const length = rendered.reduce((sum, view) => sum + view.length, 0);
    const pixels = new Uint8Array(length);
    let at = 0;
    for (const view of rendered) {
      pixels.set(view, at);
      at += view.length;
    }
    return { id, pixels };
  } catch (error) {
    return { id, error };
  }
}

/** Handed over, not copied. */
function transferred(said: RenderAnswer): ArrayBuffer[] {
  return "pixels" in said ? [said.pixels.buffer] : [];
}
