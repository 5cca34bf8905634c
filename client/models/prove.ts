/** Champion against challenger, asked by a person: the same question that retraining asks. */
import { type ProofRequest, proveChallenger } from "../../learn/proof/prove.js";
import { ThawError } from "../../spec/errors.js";
import type { ModelProof, ProofPolicy } from "../../spec/records/proof.js";
import { type ModelSpec, modelSchema } from "../../spec/runFile/model.js";
import type { Store } from "../../store/connection/connection.js";
import { readEvaluated } from "../../store/records/evaluated.js";
import { addProof, listProofs } from "../../store/records/proofs.js";
import { readModel } from "../../store/records/records.js";
import { CHAMPION } from "./aliases.js";
import { resolveModel } from "./reference.js";

/** What a person may ask for instead of the run file's defaults. */
export type AskedPolicy = Partial<Pick<ModelSpec, "rule" | "margin" | "level" | "looks">>;

export function policyOf({ rule, margin, class_margin, level, looks }: ModelSpec): ProofPolicy {
  return { rule, margin, classMargin: class_margin, level, looks };
}

/**
 * @param ref the challenger, like that of `resolveModel`
 * @param against the champion: an alias or a version of the same model
 * @throws ThawError NOT_FOUND, USAGE (the same version, another model), ARTIFACT_CORRUPT, STORE_…
 */
export async function prove(
  store: Store,
  ref: string,
  { against = CHAMPION, ...asked }: AskedPolicy & { readonly against?: string } = {},
): Promise<ModelProof> {
  const challenger = await resolveModel(store, ref);
  const champion = await resolveModel(
    store,
    against.includes("@") ? against : `${challenger.name}@${against}`,
  );
  if (champion.name !== challenger.name) {
    throw new ThawError("USAGE", `${champion.name} and ${challenger.name} are two models`, {
      hint: `a version is proven against another of its own model; \`thaw compare\` holds any two against each other`,
    });
  }
  if (champion.version === challenger.version) {
    throw new ThawError("USAGE", `${challenger.name}@${challenger.version} is ${against} itself`, {
      hint: "name a newer version, or the one before: --against VERSION",
    });
  }
  const request: ProofRequest = {
    model: challenger.name,
    champion: champion.version,
    challenger: challenger.version,
    policy: policyOf(modelSchema.parse(asked)),
  };
  return proveChallenger(
    {
      evaluated: async (version) => readEvaluated(store, await known(store, request.model, version)),
      proofs: () => listProofs(store, request.model),
      add: (proof) => addProof(store, proof),
    },
    request,
    new Date().toISOString(),
  );
}

async function known(store: Store, name: string, version: number) {
  const model = await readModel(store, name, version);
  if (model !== undefined) return model;
  throw new ThawError("NOT_FOUND", `there is no version ${version} of model ${name}`);
}
