/** JSON of `thaw doctor`. Public API. */
import type { checkSchema, doctorSchema } from "../../spec/schemas/cli/machine.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type DoctorJson = Shape<typeof doctorSchema>;
export type CheckJson = Shape<typeof checkSchema>;
