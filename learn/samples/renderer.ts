/** Has views rendered by a thread of this process: TensorFlow's calls block the one that makes them. */
import { Worker } from "node:worker_threads";
import type { ViewInput, ViewParameters } from "../../data/views/views.js";

/** Views of some images as one batch. */
export interface RenderBatch {
  /** Canonical images, encoded; each once. */
  readonly images: readonly Uint8Array[];
  readonly views: readonly {
    /** Index in `images`. */
    readonly image: number;
    /** Undefined for the plain view. */
    readonly parameters: ViewParameters | undefined;
  }[];
  readonly input: ViewInput;
}

export interface RenderRequest extends RenderBatch {
  readonly id: number;
}

export type RenderAnswer =
  | { readonly id: number; readonly pixels: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly error: unknown };

interface Waiting {
  readonly resolve: (pixels: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

let thread: Worker | undefined;
let requests = 0;
const waiting = new Map<number, Waiting>();

/** @returns `[views.length, size, size, 3]` bytes, as `renderView` gives them */
export function renderElsewhere(batch: RenderBatch): Promise<Uint8Array> {
  thread ??= startThread();
  const worker = thread;
  const id = requests++;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    // It keeps the process alive only while somebody waits.
    worker.ref();
    const { images, views, input } = batch;
    const { size, cropFraction, kernel } = input;
    worker.postMessage({ id, images, views, input: { size, cropFraction, kernel } } satisfies RenderRequest);
  });
}

function startThread(): Worker {
  const worker = new Worker(new URL("./renderThread.js", import.meta.url));
  worker.on("message", (said: RenderAnswer) => {
    const one = waiting.get(said.id);
    waiting.delete(said.id);
    if (waiting.size === 0) worker.unref();
    if ("pixels" in said) one?.resolve(said.pixels);
    else one?.reject(said.error);
  });
  // Out of memory, say: whoever waits is told, and the next one gets another thread.
  const fail = (error: unknown): void => {
    if (thread !== worker) return;
    thread = undefined;
    const left = [...waiting.values()];
    waiting.clear();
    for (const { reject } of left) reject(error);
  };
  worker.on("error", fail);
  worker.on("exit", (code) => fail(new Error(`the thread that renders views ended with ${code}`)));
  return worker;
}
