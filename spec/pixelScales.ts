/** Scales of pixels that networks are usually trained on, by the names that people give them. */
import type { PixelScale } from "./base.js";

/** Half of what a byte can be. */
const HALF = 127.5;

/** All are of x in 0…255. ImageNet's are 0.485, 0.456, 0.406 and 0.229, 0.224, 0.225 of 255. */
export const PIXEL_SCALES = {
  imagenet: { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] },
  "0..1": { mean: 0, deviation: 255 },
  "-1..1": { mean: HALF, deviation: HALF },
  "0..255": { mean: 0, deviation: 1 },
  // `torchxrayvision.datasets.normalize`.
  "-1024..1024": { mean: HALF, deviation: HALF / 1024 },
} as const satisfies Readonly<Record<string, PixelScale>>;

export type PixelScaleName = keyof typeof PIXEL_SCALES;

export const PIXEL_SCALE_NAMES = Object.keys(PIXEL_SCALES) as readonly PixelScaleName[];

/** Mean and deviation of each channel, whichever way they are written. */
const channelsOf = ({ mean, deviation }: PixelScale): readonly number[] =>
  [mean, deviation].flatMap((value) => (typeof value === "number" ? [value, value, value] : value));

/** What people call the scale, where it has a name. */
export function pixelScaleName(scale: PixelScale): PixelScaleName | undefined {
  const wanted = channelsOf(scale);
  return PIXEL_SCALE_NAMES.find((name) =>
    channelsOf(PIXEL_SCALES[name]).every((value, i) => Math.abs(value - (wanted[i] ?? Number.NaN)) < 1e-6),
  );
}
