/** What a registered version answered to its test images, and which images it learned from. */
import type { ArtifactRef } from "../../spec/artifact.js";
import { ThawError } from "../../spec/errors.js";
import { PREDICTIONS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Evaluation, FullPrediction } from "../../spec/records/evaluation.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { EvaluatedVersion } from "../../spec/records/proof.js";
import { knownImageSchema, predictionLineSchema } from "../../spec/schemas/records/files.js";
import { requireManifest } from "../artifacts/artifacts.js";
import { readArtifactLines } from "../artifacts/lines.js";
import type { Store } from "../connection/connection.js";

/** @throws ThawError NOT_FOUND where a stage's artifact is gone, ARTIFACT_CORRUPT, STORE_… */
export async function readEvaluated(
  store: Store,
  model: Pick<ModelVersion, "name" | "version" | "artifacts">,
): Promise<EvaluatedVersion> {
  const [ingest, evaluate] = await Promise.all([
    requireManifest(store, artifactOf(model, "ingest")),
    requireManifest(store, artifactOf(model, "evaluate")),
  ]);
  const [records, predictions] = await Promise.all([
    readArtifactLines<ImageRecord>(store, ingest, "images.jsonl", knownImageSchema),
    readArtifactLines<FullPrediction>(store, evaluate, PREDICTIONS_FILE, predictionLineSchema),
  ]);
  const { classes, calibration } = evaluate.summary as Evaluation;
  const byPath = new Map(records.map((record) => [record.path, record]));
  const answers = predictions.flatMap(({ path, label, predicted }) => {
    const [record, name] = [byPath.get(path), classes[label]];
    if (record === undefined || name === undefined) return [];
    const { sha256, phash, group } = record;
    return [{ sha256, phash, group, label: name, isRight: label === predicted }];
  });
  return {
    version: model.version,
    classes,
    answers,
    learned: records.filter(({ split }) => split !== "test").map(({ sha256, phash }) => ({ sha256, phash })),
    ...(calibration === undefined ? {} : { calibrationError: calibration.after.ece }),
  };
}

function artifactOf(
  { name, version, artifacts }: Pick<ModelVersion, "name" | "version" | "artifacts">,
  stage: string,
): ArtifactRef {
  const artifact = artifacts[stage];
  if (artifact !== undefined) return artifact;
  throw new ThawError("NOT_FOUND", `the record of ${name}@${version} names no artifact of ${stage}`, {
    hint: "it was registered by another program: train the version anew",
  });
}
