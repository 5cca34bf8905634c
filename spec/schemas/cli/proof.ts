/** JSON of `thaw prove`: the record, with what is known of the versions beside it. */
import { modelProofSchema } from "../store/proof.js";
import { doubtsSchema } from "./doubts.js";

export const provenSchema = modelProofSchema.extend({
  warnings: doubtsSchema.describe(
    "After which the challenger's figures may mean nothing, and not the champion's: then it is not promotable.",
  ),
});
