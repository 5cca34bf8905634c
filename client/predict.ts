/** Classifies image files with a registered model, in an engine process on this machine. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { createEngine } from "../engine/process.js";
import type { FilePrediction as EnginePrediction } from "../spec/engineJob.js";
import { ThawError } from "../spec/errors.js";
import type { Platform } from "../spec/platform.js";
import type { ModelVersion } from "../spec/run.js";
import type { Progress } from "../spec/training.js";
import { downloadArtifactFile, requireManifest } from "../store/artifacts.js";
import type { Store } from "../store/connection.js";
import { localBase } from "../store/localBase.js";
import { expandFiles } from "./imageFiles.js";
import { resolveModel } from "./modelRef.js";

export interface PredictRequest {
  readonly store: Store;
  readonly platform: Pick<Platform, "workFolder">;
  /** `NAME`, `NAME@VERSION` or a run id. */
  readonly model: string;
  /** Image files, and folders whose images are meant. */
  readonly files: readonly string[];
  /** Checkpoint file of a base, fetched if need be. */
  readonly baseCheckpoint: (name: string) => Promise<string>;
  readonly onProgress: (progress: Progress) => void;
  /** Aborting it ends the engine. */
  readonly signal: AbortSignal;
}

/** Either a label with its confidence, or why the file could not be read. */
export interface FilePrediction {
  readonly path: string;
  readonly label?: string;
  /** Probability of the label, in [0, 1]. */
  readonly confidence?: number;
  /** Probability of each class, in the order of the model's classes. */
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly error?: string;
}

export interface Predictions {
  readonly model: ModelVersion;
  /** In the order of the files. */
  readonly predictions: readonly FilePrediction[];
}

const WEIGHTS_FILE = "weights.safetensors";

const answerSchema: z.ZodType<readonly EnginePrediction[]> = z.array(
  z.object({
    path: z.string(),
    probabilities: z.array(z.number()).exactOptional(),
    error: z.string().exactOptional(),
  }),
);

/** @throws ThawError NOT_FOUND for the model, DATA_NOT_FOUND for the files, ENGINE_FAILED, STORE_… */
export async function predict(request: PredictRequest): Promise<Predictions> {
  const { store, platform, baseCheckpoint, onProgress, signal } = request;
  const files = await expandFiles(request.files);
  const model = await resolveModel(store, request.model);
  const engine = createEngine(() => undefined);
  try {
    onProgress({ phase: "fetching the model", step: 0, total: 1 });
    const [weights, base] = await Promise.all([
      localWeights(store, platform.workFolder, model),
      localBase(store, platform.workFolder, model.base, model.baseSpec, baseCheckpoint),
    ]);
    const answer = await engine.run(
      {
        kind: "predict",
        base,
        weights,
        files,
        background: model.background,
        keepShortSide: model.keepShortSide,
      },
      { onProgress, signal },
    );
    const predictions = answerSchema.parse(answer);
    return { model, predictions: predictions.map((prediction) => labelled(prediction, model.classes)) };
  } finally {
    await engine.stop();
  }
}

function labelled(
  { path, probabilities, error }: EnginePrediction,
  classes: readonly string[],
): FilePrediction {
  if (probabilities === undefined) return { path, error: error ?? "the file could not be read" };
  if (probabilities.length !== classes.length) {
    throw new ThawError(
      "ARTIFACT_CORRUPT",
      `the model has ${classes.length} classes, its weights ${probabilities.length}`,
    );
  }
  const best = probabilities.indexOf(Math.max(...probabilities));
  return {
    path,
    label: classes[best] ?? "",
    confidence: probabilities[best] ?? 0,
    probabilities: Object.fromEntries(classes.map((name, index) => [name, probabilities[index] ?? 0])),
  };
}

/** Downloaded once; the folder is named by the digest of what it holds. */
async function localWeights(store: Store, workFolder: string, model: ModelVersion): Promise<string> {
  const manifest = await requireManifest(store, model.weights);
  const path = join(workFolder, "models", manifest.digest, WEIGHTS_FILE);
  const size = manifest.files.find(({ name }) => name === WEIGHTS_FILE)?.size;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size !== size)
    await downloadArtifactFile(store, manifest, WEIGHTS_FILE, path);
  return path;
}
