/** Champion against challenger, asked by a person: the same question that retraining asks. */
import { type ProofRequest, proveChallenger } from "../../learn/proof/prove.js";
import { ThawError } from "../../spec/errors.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { type ModelProof, policyOf } from "../../spec/records/proof.js";
import { type ModelSpec, modelSchema } from "../../spec/runFile/model.js";
import type { Store } from "../../store/connection/connection.js";
import { proofRecords } from "../../store/records/proofs.js";
import { CHAMPION } from "./aliases.js";
import { type Asking, askNewest } from "./askNewest.js";
import { resolveModel } from "./reference.js";

/** What a person may ask for instead of the run file's defaults. */
export type AskedPolicy = Partial<Pick<ModelSpec, "rule" | "margin" | "level" | "looks">>;

/**
 * @param ref the challenger, like that of `resolveModel`
 * @param against the champion: an alias or a version of the same model
 * @param asking how the champion is asked about images that are new since it, where nobody did; it is not when left out. That it
 *   could not be asked is told, and the proof says so
 * @throws ThawError NOT_FOUND, USAGE (the same version, another model), ARTIFACT_CORRUPT, STORE_…
 */
export async function prove(
  store: Store,
  ref: string,
  { against = CHAMPION, ...asked }: AskedPolicy & { readonly against?: string } = {},
  asking?: Asking,
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
  if (asking !== undefined) await askOrTell(store, champion, challenger, asking);
  const request: ProofRequest = {
    model: challenger.name,
    champion: champion.version,
    challenger: challenger.version,
    policy: policyOf(modelSchema.parse(asked)),
  };
  return proveChallenger(proofRecords(store, request.model), request, new Date().toISOString());
}

async function askOrTell(
  store: Store,
  champion: ModelVersion,
  challenger: ModelVersion,
  asking: Asking,
): Promise<void> {
  try {
    await askNewest(store, champion, challenger, asking);
  } catch (error) {
    if (asking.signal.aborted || !(error instanceof ThawError)) throw error;
    const { name, version } = champion;
    asking.told(
      `${name}@${version} could not be asked about the images that are new since it: ${error.message}`,
    );
  }
}
