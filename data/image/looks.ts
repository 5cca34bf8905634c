/** What pixels look like as a whole, by numbers that say why two sets of images differ: light, colour, sharpness, border. */
import { borderColour } from "../faults/traits.js";
import { luma } from "../views/colour.js";
import type { Pixels } from "./sharp.js";

/** Of an image's canonical pixels; levels are 0…255. */
export interface PixelLooks {
  /** Mean and standard deviation of the brightness. */
  readonly brightness: number;
  readonly contrast: number;
  /** Mean distance of the strongest and the weakest of red, green and blue. */
  readonly colourfulness: number;
  /** Mean difference of neighbouring pixels' brightness: edges, and noise. */
  readonly detail: number;
  /** Mean brightness of the outermost pixels. */
  readonly border: number;
}

export function looksOf(pixels: Pixels): PixelLooks {
  const { data, width, height } = pixels;
  const count = width * height;
  const grey = Float64Array.from({ length: count }, (_, index) => luma(data, 3 * index));
  const brightness = grey.reduce((sum, value) => sum + value, 0) / count;
  const variance = grey.reduce((sum, value) => sum + (value - brightness) ** 2, 0) / count;
  let colour = 0;
  let steps = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const [red, green, blue] = [
        data[3 * at] as number,
        data[3 * at + 1] as number,
        data[3 * at + 2] as number,
      ];
      colour += Math.max(red, green, blue) - Math.min(red, green, blue);
      const own = grey[at] as number;
      if (x > 0) steps += Math.abs(own - (grey[at - 1] as number));
      if (y > 0) steps += Math.abs(own - (grey[at - width] as number));
    }
  }
  return {
    brightness,
    contrast: Math.sqrt(variance),
    colourfulness: colour / count,
    detail: steps / (2 * count - width - height),
    border: luma(Uint8Array.from(borderColour(pixels), Math.round), 0),
  };
}
