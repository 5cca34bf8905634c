/** JSON of `thaw pin` and `unpin`. Public API. */
import type { pinSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type PinJson = Shape<typeof pinSchema>;
