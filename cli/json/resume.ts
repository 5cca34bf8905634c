/** JSON of `thaw resume --detach` and `--dry-run`. Public API. */
import type { resumeSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type ResumeJson = Shape<typeof resumeSchema>;
