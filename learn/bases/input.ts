/** How images become the input of an architecture, with what a base says otherwise. */
import type { PixelScale } from "../../spec/base.js";
import type { BaseInput } from "./catalogue.js";

/** What a base may have of its own. */
export interface OwnInput {
  readonly pixelScale?: PixelScale;
  /** Side of the square input in pixels. */
  readonly inputSize?: number;
}

/** The share of the image that is cut away at its borders stays what the architecture's evaluation cuts away. */
export function ownInput(input: BaseInput, { pixelScale, inputSize }: OwnInput): BaseInput {
  return {
    ...input,
    ...(pixelScale === undefined ? {} : { pixelScale }),
    ...(inputSize === undefined ? {} : { size: inputSize }),
  };
}
