/** Holds a trained version against the one in use. */
import { proveChallenger } from "../../learn/proof/prove.js";
import { type ModelProof, policyOf } from "../../spec/records/proof.js";
import type { RetrainingActivities } from "../../spec/retraining/retraining.js";
import { proofRecords } from "../../store/records/proofs.js";
import type { ControlDependencies } from "../context.js";

export async function proveVersion(
  { store }: ControlDependencies,
  { run, champion, challenger }: Parameters<RetrainingActivities["proveVersion"]>[0],
): Promise<ModelProof> {
  const { name: model, model: policy } = run.file;
  const request = { model, champion, challenger, policy: policyOf(policy) };
  return proveChallenger(proofRecords(store, model), request, new Date().toISOString());
}
