/** Changes of brightness, contrast and saturation as one linear map of RGB. */

/** Factors, 1 = unchanged. */
export interface ColourFactors {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** `out = matrix · rgb + offset`; the matrix row by row. */
export interface ColourMap {
  readonly matrix: readonly number[];
  readonly offset: number;
}

/** Weights of red, green and blue in brightness, ITU-R BT.601; those of Pillow's and torchvision's grey. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Brightness of the RGB pixel that begins at `at`, 0…255. */
export function luma(rgb: Uint8Array, at: number): number {
  return LUMA.reduce((sum, weight, channel) => sum + weight * (rgb[at + channel] as number), 0);
}

/**
 * Saturation, then contrast, then brightness, each a blend as in torchvision's ColorJitter: with the pixel's own
 * grey, with the picture's mean grey, and with black. The mean keeps a dark scan's black background nearly black.
 * @param mean mean luma of the picture, 0…255
 */
export function colourMap({ brightness, contrast, saturation }: ColourFactors, mean: number): ColourMap {
  const scale = brightness * contrast;
  const matrix = [0, 1, 2].flatMap((to) =>
    LUMA.map((weight, from) => scale * ((1 - saturation) * weight + (to === from ? saturation : 0))),
  );
  return { matrix, offset: brightness * (1 - contrast) * mean };
}

/** Mean luma of RGB bytes, 0…255. */
export function meanLuma(rgb: Uint8Array): number {
  const [red, green, blue] = LUMA;
  let sum = 0;
  // The same sums as luma's, in their order: a call for each pixel takes six times as long.
  for (let at = 0; at < rgb.length; at += 3)
    sum += red * (rgb[at] as number) + green * (rgb[at + 1] as number) + blue * (rgb[at + 2] as number);
  return (3 * sum) / rgb.length;
}
