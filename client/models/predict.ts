/** Classifies image files with a registered model, in an engine process on this machine. */
import { z } from "zod";
import type { FilePrediction as EnginePrediction, Familiarity } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { LeftOutOfFile } from "../../spec/images/leftOut.js";
import type { Platform } from "../../spec/platform.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Progress } from "../../spec/records/training.js";
import { type BaseCheckpoint, localBase } from "../../store/artifacts/localBase.js";
import { localFamiliar } from "../../store/artifacts/localFamiliar.js";
import type { Told } from "../../store/artifacts/localFile.js";
import { localWeights } from "../../store/artifacts/localWeights.js";
import type { Store } from "../../store/connection/connection.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import { expandFiles } from "../images/files.js";
import { localEngine } from "../localEngine.js";
import { type Doubts, doubtsOf } from "./doubts.js";
import { resolveModel } from "./reference.js";

export interface PredictRequest {
  readonly store: Store;
  readonly platform: Pick<Platform, "workFolder">;
  /** `NAME`, `NAME@VERSION` or a run id. */
  readonly model: string;
  /** Image files, and folders whose images are meant. */
  readonly files: readonly string[];
  /** Averages over each image and its mirror image; without sets, whose promise was not made for that. */
  readonly mirrored?: boolean;
  /** Whether links in a folder may lead out of it. */
  readonly outside?: boolean;
  /** Checkpoint file of a base, fetched if need be. */
  readonly baseCheckpoint: BaseCheckpoint;
  /** Is told, in a sentence, what was not as it should be and is mended or cannot be checked. */
  readonly told: Told;
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
  /**
   * The classes that cannot be ruled out: in nine of ten images like those of the training the true class is among
   * them. Empty when no class is probable enough; absent when the model has too few validation images for it.
   */
  readonly set?: readonly string[];
  /** Absent when the model has too few held-out images for it, or was evaluated before thaw kept them. */
  readonly familiarity?: Familiarity;
  /** Absent where all of the file was used. */
  readonly leftOut?: LeftOutOfFile;
  readonly error?: string;
}

export interface Predictions extends Doubts {
  readonly model: ModelVersion;
  /** In the order of the files; what folders have and is not read comes last. */
  readonly predictions: readonly FilePrediction[];
}

const answerSchema: z.ZodType<readonly EnginePrediction[]> = z.array(
  z.object({
    path: z.string(),
    probabilities: z.array(z.number()).exactOptional(),
    set: z.array(z.number()).exactOptional(),
    familiarity: z.object({ pValue: z.number(), unlike: z.boolean() }).exactOptional(),
    leftOut: z
      .object({ pages: z.number().exactOptional(), transparent: z.literal(true).exactOptional() })
      .exactOptional(),
    error: z.string().exactOptional(),
  }),
);

/** @throws ThawError NOT_FOUND for the model, USAGE when sides matter to it, DATA_NOT_FOUND for the files, ARTIFACT_CORRUPT, NUMBERS_DIFFER, ENGINE_FAILED, STORE_… */
export async function predict(request: PredictRequest): Promise<Predictions> {
  const { store, platform, baseCheckpoint, told, onProgress, signal } = request;
  const { files, leftOut } = await expandFiles(request.files, request.outside);
  const model = await resolveModel(store, request.model);
  if (request.mirrored === true) requireMirrored(model);
  await requireSoundModel(store, model, told);
  const doubts = await doubtsOf(store, model);
  if (files.length === 0) return { model, predictions: leftOut, ...doubts };
  const engine = localEngine();
  try {
    onProgress({ phase: "fetching the model", step: 0, total: 1 });
    const [weights, base, familiar] = await Promise.all([
      localWeights(store, platform.workFolder, model, told),
      localBase(store, platform.workFolder, model.base, model.baseSpec, baseCheckpoint, told),
      localFamiliar(store, platform.workFolder, model, told),
    ]);
    onProgress({ phase: "starting the engine", step: 0, total: 1 });
    const answer = await engine.run(
      {
        kind: "predict",
        base,
        weights,
        files,
        background: model.background,
        keepShortSide: model.keepShortSide,
        classes: model.classes,
        ...(model.golden === undefined ? {} : { golden: model.golden }),
        ...(familiar === undefined ? {} : { familiar }),
        ...calibrationOf(model, request.mirrored),
      },
      { onProgress, signal },
    );
    const predictions = answerSchema.parse(answer);
    const named = predictions.map((prediction) => labelled(prediction, model.classes));
    return { model, predictions: [...named, ...leftOut], ...doubts };
  } finally {
    await engine.stop();
  }
}

function requireMirrored({ name, version, mirroredAccuracy }: ModelVersion): void {
  if (mirroredAccuracy !== undefined) return;
  throw new ThawError("USAGE", `${name}@${version} was not evaluated on mirror images`, {
    hint: "a run whose file says augment.flip: true measures what they are worth; where sides matter, they mislead",
  });
}

/** Models of version 1 have neither. */
function calibrationOf({ temperature, conformalQuantile }: ModelVersion, mirrored = false) {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(conformalQuantile === undefined || mirrored ? {} : { conformalQuantile }),
    ...(mirrored ? { mirrored } : {}),
  };
}

function labelled(
  { path, probabilities, set, familiarity, leftOut, error }: EnginePrediction,
  classes: readonly string[],
): FilePrediction {
  if (probabilities === undefined) return { path, error: error ?? "the file could not be read" };
  const best = probabilities.indexOf(Math.max(...probabilities));
  return {
    path,
    label: classes[best] ?? "",
    confidence: probabilities[best] ?? 0,
    probabilities: Object.fromEntries(classes.map((name, index) => [name, probabilities[index] ?? 0])),
    ...(set === undefined ? {} : { set: set.map((index) => classes[index] ?? "") }),
    ...(familiarity === undefined ? {} : { familiarity }),
    ...(leftOut === undefined ? {} : { leftOut }),
  };
}
