/** What a command that fails writes to stderr under `--json`, on one line. Public API. */
import type { errorLineSchema, errorSchema } from "../../spec/schemas/cli/machine.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type ErrorLineJson = Shape<typeof errorLineSchema>;
export type ErrorJson = Shape<typeof errorSchema>;
