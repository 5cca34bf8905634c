/** What has to be said of a base whose network takes other channels than red, green and blue. */
import type { PixelScale, ShownBands } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";

interface AskedBands {
  readonly from: string;
  readonly pixelScale?: PixelScale;
  readonly bands?: readonly number[];
}

/** How such channels are scaled no architecture says. @throws ThawError USAGE where it must be said */
export function requireScaleOfBands({ from, pixelScale }: AskedBands, bands: ShownBands | undefined): void {
  if (bands === undefined || pixelScale !== undefined) return;
  throw new ThawError(
    "USAGE",
    `${from} was trained on ${bands.count} channels: how they are scaled cannot be told`,
    {
      hint: "say what it is given in those of `--bands`, of pixels in 0…255: `--scale`, or `--mean` and `--std` of red, green and blue",
    },
  );
}

export const orderOfBands = (): ThawError =>
  new ThawError("USAGE", "--bands says itself which channels are red, green and blue", {
    hint: "leave --colour-order out, and give the numbers in this order",
  });

/** @throws ThawError USAGE for a layers model, which has to take three channels */
export function refuseBands({ bands }: AskedBands): void {
  if (bands === undefined) return;
  throw new ThawError(
    "USAGE",
    "--bands is for checkpoints and ONNX files; a layers model takes red, green and blue",
    {
      hint: "leave it out",
    },
  );
}
