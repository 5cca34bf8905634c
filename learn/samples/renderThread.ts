/** The thread that renders views, so that decoding and drawing go on while the process computes. */
import { parentPort } from "node:worker_threads";
import { renderView } from "../../data/views/views.js";
import type { RenderAnswer, RenderRequest } from "./renderer.js";

parentPort?.on("message", (request: RenderRequest) => {
  void answer(request).then((said) => parentPort?.postMessage(said, transferred(said)));
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
