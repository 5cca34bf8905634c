/**
 * Whether a model's record says what its evaluation says. Its seal tells that somebody changed the record; the digest of
 * the evaluation, which the record names, tells it of one that was sealed anew, and of older ones without a seal.
 */
import { ThawError } from "../../spec/errors.js";
import type { Evaluation } from "../../spec/records/evaluation.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { findManifest } from "../artifacts/artifacts.js";
import { canonicalJson } from "../artifacts/keys.js";
import type { Told } from "../artifacts/localFile.js";
import { specDigest } from "../artifacts/specDigest.js";
import type { Store } from "../connection/connection.js";
import { modelRecordName } from "./records.js";

/**
 * For whoever computes with the model.
 * @param told of a model that cannot be checked as a whole
 * @throws ThawError ARTIFACT_CORRUPT with the key of the record, or of the evaluation's, STORE_…
 */
export async function requireSoundModel(store: Store, model: ModelVersion, told: Told): Promise<void> {
  const { name, version, baseSpec, seal } = model;
  if (baseSpec !== undefined && specDigest(baseSpec) !== baseSpec.digest)
    throw changed(model, "its base is not the one whose digest it names");
  const evaluation = await evaluationOf(store, model);
  if (seal === undefined) {
    const rest =
      evaluation === undefined ? "" : "; its classes and its temperature are those of its evaluation";
    told(`${name}@${version} is of an older thaw: its record has no seal to check it by${rest}`);
  }
  if (evaluation === undefined) return;
  for (const [what, own, evaluated] of claims(model, evaluation)) {
    if (canonicalJson([own]) === canonicalJson([evaluated])) continue;
    throw changed(model, `its ${what} are not those of its evaluation`);
  }
}

/** Undefined where it was removed from the store, or the model never had one. */
async function evaluationOf(store: Store, { artifacts }: ModelVersion): Promise<Evaluation | undefined> {
  const ref = artifacts.evaluate;
  const manifest = ref && (await findManifest(store, ref.kind, ref.key));
  return manifest?.digest === ref?.digest ? (manifest?.summary as Evaluation | undefined) : undefined;
}

/** What the record repeats of the evaluation, as `activities/light/register.ts` writes it. */
function claims(
  model: ModelVersion,
  evaluation: Evaluation,
): readonly (readonly [string, unknown, unknown])[] {
  const { classes, testAccuracy, temperature, golden } = model;
  const own = [
    ["classes", classes, evaluation.classes],
    ["accuracy and temperature", [testAccuracy, temperature], [evaluation.accuracy, evaluation.temperature]],
    ["probabilities of thaw's own picture", golden, evaluation.golden],
  ] as const;
  if (model.seal === undefined) return own;
  const quantile = evaluation.refuted?.sets === undefined ? evaluation.conformal?.quantile : undefined;
  return [
    ...own,
    ["sets of possible classes", model.conformalQuantile, quantile],
    ["figures on mirror images", model.mirroredAccuracy, evaluation.mirrored?.accuracy],
  ];
}

function changed({ name, version }: ModelVersion, why: string): ThawError {
  const record = modelRecordName(name, version);
  return new ThawError(
    "ARTIFACT_CORRUPT",
    `the record of model ${name}@${version} is damaged (${record}): ${why}`,
    {
      hint: "put it back from a copy, or remove it and start the run again: what it has made is found in the store",
      record,
    },
  );
}
