/** JSON of `thaw pause`, `unpause`, `set` and `stop`. Public API. */
import type { steerSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type SteerJson = Shape<typeof steerSchema>;
