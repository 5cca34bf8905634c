/** Holds new images against those that a registered model was evaluated on, in an engine process on this machine. */
import { MOST_HELD_OUT, MOST_NEW } from "../../data/dataset/comparison.js";
import { witnesses } from "../../data/dataset/witnesses.js";
import type { Platform } from "../../spec/platform.js";
import type { DriftReport } from "../../spec/records/drift.js";
import type { Progress } from "../../spec/records/training.js";
import { driftReportSchema } from "../../spec/schemas/cli/drift.js";
import { comparableModel } from "../../store/artifacts/comparable.js";
import type { BaseCheckpoint } from "../../store/artifacts/localBase.js";
import type { Told } from "../../store/artifacts/localFile.js";
import type { Store } from "../../store/connection/connection.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import { newImages } from "../images/newImages.js";
import { resolveModel } from "./reference.js";
import { withScratchEngine } from "./scratchEngine.js";

export interface DriftRequest {
  readonly store: Store;
  readonly platform: Pick<Platform, "workFolder">;
  /** `NAME`, `NAME@VERSION`, `NAME@ALIAS` or a run id. */
  readonly model: string;
  /** A folder of new images, or `s3://BUCKET/PREFIX`. */
  readonly where: string;
  /** Whether links in a folder may lead out of it. */
  readonly outside?: boolean;
  readonly baseCheckpoint: BaseCheckpoint;
  readonly told: Told;
  readonly onProgress: (progress: Progress) => void;
  /** Aborting it ends the engine. */
  readonly signal: AbortSignal;
}

export interface ModelDrift extends DriftReport {
  readonly model: { readonly name: string; readonly version: number };
}

/** @throws ThawError NOT_FOUND for the model or its data set, DATA_NOT_FOUND, ARTIFACT_CORRUPT, ENGINE_FAILED, STORE_… */
export async function drift(request: DriftRequest): Promise<ModelDrift> {
  const { store, platform, baseCheckpoint, told, onProgress, signal } = request;
  const { workFolder } = platform;
  const model = await resolveModel(store, request.model);
  await requireSoundModel(store, model, told);
  const images = await newImages({ ...request, workFolder, most: MOST_NEW });
  return withScratchEngine(workFolder, "drift", async (engine, folder) => {
    const comparable = await comparableModel({
      ...{ store, workFolder, model, baseCheckpoint, folder, told, onProgress },
      choose: (records) => witnesses(records, MOST_HELD_OUT),
    });
    const answer = await engine.run({ ...comparable, ...images }, { onProgress, signal });
    const report: DriftReport = driftReportSchema.parse(answer);
    return { model: { name: model.name, version: model.version }, ...report };
  });
}
