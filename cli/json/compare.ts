/** JSON of `thaw compare`. Public API. */
import type { compareSchema } from "../../spec/schemas/cli/compare.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type CompareJson = Shape<typeof compareSchema>;
export type ComparedSideJson = CompareJson["a"];
