/** JSON of `thaw prove`. Public API. */
import type { Doubts } from "../../../client/models/doubts.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { provenSchema } from "../../../spec/schemas/cli/proof.js";
import type { Shape } from "../../../spec/schemas/exact.js";

export type ProofJson = Shape<typeof provenSchema>;

export function proofJson({ proof, ...doubts }: { readonly proof: ModelProof } & Doubts): ProofJson {
  return { ...proof, promotable: proof.promotable && doubts.warnings === undefined, ...doubts };
}
