/** Draws a turned, mirrored, recoloured square of an image: one pass, bilinear. */

import type { Pixels } from "../image/sharp.js";
import type { ColourMap } from "./colour.js";
import type { Window } from "./window.js";

/**
 * Samples at pixel centres, in double precision, so the bytes are the same on every machine. There is no smoothing:
 * the window should have about `size` pixels a side (`renderView` sees to it).
 * @param flip mirrors left and right, about the window's centre
 * @returns `[size, size, 3]` bytes
 */
export function resample(
  { data, width, height }: Pixels,
  { side, centreX, centreY, angle }: Window,
  size: number,
  flip: boolean,
  { matrix, offset }: ColourMap,
): Uint8ClampedArray {
  const [rr = 0, rg = 0, rb = 0, gr = 0, gg = 0, gb = 0, br = 0, bg = 0, bb = 0] = matrix;
  const output = new Uint8ClampedArray(size * size * 3);
  const step = side / size;
  const cosine = Math.cos(angle) * step;
  const sine = Math.sin(angle) * step;
  const mirror = flip ? -1 : 1;
  const stepX = mirror * cosine;
  const stepY = mirror * sine;
  const stride = width * 3;
  const lastX = width - 1;
  const lastY = height - 1;
  const first = 0.5 - size / 2;
  let to = 0;
  for (let row = 0; row < size; row++) {
    const down = first + row;
    let x = centreX - 0.5 + first * stepX - down * sine;
    let y = centreY - 0.5 + first * stepY + down * cosine;
    for (let column = 0; column < size; column++) {
      const insideX = Math.min(Math.max(x, 0), lastX);
      const insideY = Math.min(Math.max(y, 0), lastY);
      const left = insideX | 0;
      const top = insideY | 0;
      const a = top * stride + left * 3;
      const b = left < lastX ? a + 3 : a;
      const below = top < lastY ? stride : 0;
      const c = a + below;
      const d = b + below;
      const fractionX = insideX - left;
      const fractionY = insideY - top;
      const wd = fractionX * fractionY;
      const wb = fractionX - wd;
      const wc = fractionY - wd;
      const wa = 1 - fractionX - wc;
      const red = wa * at(data, a) + wb * at(data, b) + wc * at(data, c) + wd * at(data, d);
      const green = wa * at(data, a + 1) + wb * at(data, b + 1) + wc * at(data, c + 1) + wd * at(data, d + 1);
      const blue = wa * at(data, a + 2) + wb * at(data, b + 2) + wc * at(data, c + 2) + wd * at(data, d + 2);
      output[to++] = rr * red + rg * green + rb * blue + offset;
      output[to++] = gr * red + gg * green + gb * blue + offset;
      output[to++] = br * red + bg * green + bb * blue + offset;
      x += stepX;
      y += stepY;
    }
  }
  return output;
}

function at(data: Uint8Array, index: number): number {
  return data[index] as number;
}
