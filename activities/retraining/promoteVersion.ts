/** Points the alias of the version in use at a version that was proven, upon the entry that was looked at. */
import { type AliasDecision, MOST_OF_A_NOTE } from "../../spec/records/aliasDecision.js";
import { proofInFull } from "../../spec/records/proof.js";
import type { RetrainingActivities } from "../../spec/retraining/retraining.js";
import { decideAlias } from "../../store/records/aliases.js";
import { proofRef } from "../../store/records/proofs.js";
import type { ControlDependencies } from "../context.js";

/** @throws ThawError ALIAS_MOVED when a person has decided otherwise meanwhile: that is not overruled */
export async function promoteVersion(
  { store }: ControlDependencies,
  { run, workflowId, result, expected, proof }: Parameters<RetrainingActivities["promoteVersion"]>[0],
): Promise<AliasDecision> {
  const { report } = result.artifacts;
  const decision = {
    version: result.version,
    at: new Date().toISOString(),
    by: workflowId,
    how: "automatic",
    ...(report === undefined ? {} : { reportDigest: report.digest }),
    ...(proof === undefined
      ? { note: "no version was in use" }
      : { evidence: proofRef(proof), note: proofInFull(proof).slice(0, MOST_OF_A_NOTE) }),
  } as const;
  return decideAlias(store, run.file.name, run.file.model.alias, decision, expected);
}
