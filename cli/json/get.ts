/** JSON of `thaw get`. Public API. */
import type { getSchema, gotFilesSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type GetJson = Shape<typeof getSchema>;
export type GotFilesJson = Shape<typeof gotFilesSchema>;
