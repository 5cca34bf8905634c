/** What may void a version's figures, in the JSON of commands that put it to use. */
import { warningsSchema } from "../records/warning.js";

export const doubtsSchema = warningsSchema
  .exactOptional()
  .describe("After which the version's figures may mean nothing; absent where there are none.");
