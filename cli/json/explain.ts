/** JSON of `thaw explain`. Public API. */
import type { explainSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type ExplainJson = Shape<typeof explainSchema>;
