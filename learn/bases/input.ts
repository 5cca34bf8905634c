/** How images become the input of an architecture, with what a base says otherwise. */
import type { BaseView, PixelScale } from "../../spec/base.js";
import type { BaseInput } from "./catalogue.js";

/** What a base may have of its own. */
export interface OwnInput {
  readonly pixelScale?: PixelScale;
  /** Side of the square input in pixels. */
  readonly inputSize?: number;
  readonly view?: BaseView;
}

/** Without a view of its own, what is cut away at the borders stays the share that the architecture's evaluation cuts away. */
export function ownInput(input: BaseInput, { pixelScale, inputSize, view }: OwnInput): BaseInput {
  return {
    ...input,
    ...(pixelScale === undefined ? {} : { pixelScale }),
    ...(inputSize === undefined ? {} : { size: inputSize }),
    ...view,
  };
}
