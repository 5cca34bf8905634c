/** JSON of `thaw init`. Public API. */
import type { initSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type InitJson = Shape<typeof initSchema>;
