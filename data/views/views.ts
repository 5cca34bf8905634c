/** Views of a canonical image: the plain one that evaluation sees, and the varied ones that training sees. */
import { randomStream } from "../../rng/stream.js";
import type { AugmentSpec } from "../../spec/runFile/augment.js";
import type { Pixels } from "../image/sharp.js";
import { type ColourFactors, colourMap, meanLuma } from "./colour.js";
import type { Kernel } from "./enlarge.js";
import { type ErasedArea, eraseArea, erasedArea } from "./erase.js";
import { resample } from "./resample.js";
import { scaleImage } from "./scale.js";
import { viewWindow, type WindowParameters, windowRange } from "./window.js";

/** What a base wants to see. */
export interface ViewInput {
  /** Side of the square view in pixels. */
  readonly size: number;
  /** Share of the short side that the plain view shows. */
  readonly cropFraction: number;
  readonly kernel: Kernel;
}

/** How one view differs from the plain one. Lengths are relative, so they fit any image. */
export interface ViewParameters extends WindowParameters, ColourFactors {
  /** The run file's `crop`: largest share of each side that may be lost, in [0, 1]. */
  readonly crop: number;
  /** Where in the range of window sizes: 0 the smallest, 1 the largest. */
  readonly zoom: number;
  /** Where the window lies, from −1 (as far left or up as allowed) over 0 (the middle) to 1. */
  readonly x: number;
  readonly y: number;
  /** Degrees by which the window is turned clockwise (the picture appears turned the other way). */
  readonly angle: number;
  readonly flip: boolean;
  /** What is painted over at last; nothing when left out. */
  readonly erased?: ErasedArea;
}

/** Hex digits of 32 bits. */
const WORD_DIGITS = 8;

/**
 * The parameters of a view: a pure function of the settings, the run's seed, the image and the view's number.
 * All are uniform in their ranges and independent of each other.
 * @param image SHA-256 of the image's file, hex: its views stay what they are whichever images lie around it. Of the
 *   digest 64 bits count, by which no two of a billion images are likely to be confused
 */
export function viewParameters(
  augment: AugmentSpec,
  seed: number,
  image: string,
  view: number,
): ViewParameters {
  const [high, low] = [0, WORD_DIGITS].map((from) =>
    Number.parseInt(image.slice(from, from + WORD_DIGITS), 16),
  ) as [number, number];
  const stream = randomStream(seed, "view", high, low, view);
  /** Uniform in [−1, 1). */
  const either = (index: number): number => 2 * stream.uniform(index) - 1;
  return {
    crop: augment.crop,
    zoom: stream.uniform(0),
    x: either(1),
    y: either(2),
    angle: augment.rotate * either(3),
    flip: augment.flip && stream.uniform(4) < 0.5,
    brightness: 1 + augment.colour * either(5),
    contrast: 1 + augment.colour * either(6),
    saturation: 1 + augment.colour * either(7),
    ...(stream.uniform(8) < augment.erase ? { erased: erasedArea(stream, 9) } : {}),
  };
}

/**
 * Without `view` the plain view: the short side is scaled to round(size / cropFraction), smoothed when it shrinks,
 * and the middle is cut out. With EfficientNet-Lite's 224 and 0.875 that is the reference evaluation of the published
 * weights, resize to 256 bicubic (Keys, a = −1/2) and centre crop 224; the reference of the TensorFlow TPU repository
 * crops first (`CROP_PADDING = 32`) and then scales, which shows the same part of the image.
 *
 * With `view` the image is scaled once so that the smallest window of the run has `size` pixels (the views of one
 * image share that: pass the same buffer again) and the view's window is drawn from it.
 * @param encoded a canonical image, see `decode.ts`
 * @returns `[size, size, 3]` RGB bytes
 */
export async function renderView(encoded: Buffer, input: ViewInput, view?: ViewParameters): Promise<Buffer> {
  const { size, cropFraction, kernel } = input;
  if (view === undefined) {
    const { data } = await scaleImage(encoded, Math.round(size / cropFraction), kernel, size);
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }
  const { pixels, mean } = await scaledOnce(encoded, input, view.crop);
  const window = viewWindow(pixels.width, pixels.height, cropFraction, view);
  const drawn = Buffer.from(resample(pixels, window, size, view.flip, colourMap(view, mean)).buffer);
  if (view.erased !== undefined) eraseArea(drawn, size, view.erased);
  return drawn;
}

interface ScaledImage {
  readonly pixels: Pixels;
  readonly mean: number;
}

/** The last scaling of each image that somebody still holds; a run asks for one only. */
const scaledImages = new WeakMap<
  Buffer,
  { readonly shortSide: number; readonly image: Promise<ScaledImage> }
>();

function scaledOnce(
  encoded: Buffer,
  { size, cropFraction, kernel }: ViewInput,
  crop: number,
): Promise<ScaledImage> {
  // More than twice the view's size would only be thrown away again by most views.
  const shortSide = Math.min(2 * size, Math.round(size / windowRange(cropFraction, crop).from));
  const known = scaledImages.get(encoded);
  if (known?.shortSide === shortSide) return known.image;
  const image = scaleImage(encoded, shortSide, kernel).then((pixels) => ({
    pixels,
    mean: meanLuma(pixels.data),
  }));
  scaledImages.set(encoded, { shortSide, image });
  return image;
}
