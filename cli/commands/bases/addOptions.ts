/** Values of the options of `thaw bases add`. */
import { InvalidArgumentError } from "commander";
import type { ColourOrder, PerChannel, PixelScale } from "../../../spec/base.js";
import { ThawError } from "../../../spec/errors.js";
import { PIXEL_SCALE_NAMES, PIXEL_SCALES, type PixelScaleName } from "../../../spec/pixelScales.js";
import { decimalNumberOf } from "../../../spec/text/numbers.js";
import { decimalNumber, wholeNumber } from "../../options/numbers.js";

/** As many as ingest can keep of an image's short side: `data.keep_short_side`. */
const MOST_PIXELS = 2048;

export const side = wholeNumber(`a whole number of pixels, at most ${MOST_PIXELS}`, 1, MOST_PIXELS);

export function colourOrder(text: string): ColourOrder {
  const order = text.toLowerCase();
  if (order === "rgb" || order === "bgr") return order;
  throw new InvalidArgumentError("It must be rgb or bgr.");
}

/** Of red, green and blue, or of the one that is grey; from 1 on. */
export function bandNumbers(text: string): readonly number[] {
  const numbers = text.split(",").map((part) => (/^\s*\d{1,3}\s*$/.test(part) ? Number(part) : Number.NaN));
  const isGood = numbers.every((band) => band >= 1) && new Set(numbers).size === numbers.length;
  if (isGood && (numbers.length === 3 || numbers.length === 1)) return numbers;
  throw new InvalidArgumentError(
    "It must be three numbers of channels, counted from 1, such as 4,3,2; or one.",
  );
}

/** Larger ones than a tenth are no norm's. */
const MOST_EPSILON = 0.1;

export const normEpsilon = decimalNumber(
  `a number from 0 to ${MOST_EPSILON}, such as 1e-5`,
  (epsilon) => epsilon <= MOST_EPSILON,
);

const UNITS: Readonly<Record<string, number>> = { "": 1, KB: 1e3, MB: 1e6, GB: 1e9 };

export function byteCount(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMG]B)?$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
  if (bytes >= 1) return bytes;
  throw new InvalidArgumentError("It must be a size such as 500MB or 8GB.");
}

export function digest(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("It must be a SHA-256 of 64 hexadecimal digits.");
}

interface ScaleOptions {
  readonly scale?: PixelScaleName;
  readonly mean?: PerChannel;
  readonly std?: PerChannel;
}

/** @throws ThawError USAGE for one of mean and deviation, and for both a name and these */
export function scaleOf({ scale, mean, std }: ScaleOptions): { pixelScale?: PixelScale } {
  if (scale !== undefined) {
    if (mean === undefined && std === undefined) return { pixelScale: PIXEL_SCALES[scale] };
    throw new ThawError("USAGE", "--scale stands for --mean and --std", {
      hint: "give the one or the others",
    });
  }
  if (mean === undefined && std === undefined) return {};
  if (mean === undefined || std === undefined) {
    throw new ThawError("USAGE", "--mean and --std belong together", { hint: "give both, or none" });
  }
  if ([std].flat().some((value) => value === 0)) throw new ThawError("USAGE", "--std must be above 0");
  return { pixelScale: { mean: scaled(mean), deviation: scaled(std) } };
}

export function scaleName(text: string): PixelScaleName {
  const found = PIXEL_SCALE_NAMES.find((name) => name === text.toLowerCase().replace("…", ".."));
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`It must be one of ${PIXEL_SCALE_NAMES.join(", ")}.`);
}

/** Bytes are divided by this before `--mean` and `--std` count, as in PyTorch's transforms. */
const WHITE = 255;

function scaled(values: PerChannel): PerChannel {
  if (typeof values === "number") return values * WHITE;
  const [red, green, blue] = values;
  return [red * WHITE, green * WHITE, blue * WHITE];
}

export function channels(text: string): PerChannel {
  const values = text.split(",").map((part) => decimalNumberOf(part.trim()) ?? Number.NaN);
  const [red, green, blue] = values;
  if (values.every((value) => value >= 0 && value <= 1)) {
    if (values.length === 1 && red !== undefined) return red;
    if (values.length === 3 && red !== undefined && green !== undefined && blue !== undefined)
      return [red, green, blue];
  }
  throw new InvalidArgumentError("It must be a number in 0…1, or three with commas between them.");
}
