/** Writes a registered model as files that other programs can run, without loading TensorFlow into this process. */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { exportFiles } from "../../export/files.js";
import { loadTrainedModel } from "../../export/trainedModel.js";
import type { ExportFormat } from "../../spec/exportFormat.js";
import type { Platform } from "../../spec/platform.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Progress } from "../../spec/records/training.js";
import { type BaseCheckpoint, localBase } from "../../store/artifacts/localBase.js";
import type { Told } from "../../store/artifacts/localFile.js";
import { localWeights } from "../../store/artifacts/localWeights.js";
import type { Store } from "../../store/connection/connection.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import { modelCardFile } from "./cardFile.js";
import { checkNumbers } from "./checkNumbers.js";
import { type Doubts, doubtsOf } from "./doubts.js";
import { checkFolder, writeWhole } from "./exportFolder.js";
import { readFolds } from "./folds.js";
import { resolveModel } from "./reference.js";

export interface ExportRequest {
  readonly store: Store;
  readonly platform: Pick<Platform, "workFolder">;
  /** `NAME`, `NAME@VERSION` or a run id. */
  readonly model: string;
  readonly format: ExportFormat;
  /** The folder to write to; by default `NAME-vVERSION-FORMAT` in the current one. */
  readonly out: string | undefined;
  /** Whether the folder may hold other files. */
  readonly force: boolean;
  /** Checkpoint file of a base, fetched if need be. */
  readonly baseCheckpoint: BaseCheckpoint;
  /** Is told, in a sentence, what was not as it should be and is mended or cannot be checked. */
  readonly told: Told;
  readonly onProgress: (progress: Progress) => void;
  /** Aborting it ends the export before the next file. */
  readonly signal: AbortSignal;
}

export interface Exported extends Doubts {
  readonly model: ModelVersion;
  readonly format: ExportFormat;
  /** Absolute path. */
  readonly folder: string;
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    /** SHA-256, hex. */
    readonly digest: string;
  }[];
}

/** @throws ThawError NOT_FOUND for the model, USAGE for the folder, ARTIFACT_CORRUPT, NUMBERS_DIFFER, DISK_FULL, STORE_… */
export async function exportModel(request: ExportRequest): Promise<Exported> {
  const { store, platform, format, force, baseCheckpoint, told, onProgress, signal } = request;
  const resolved = await resolveModel(store, request.model);
  await requireSoundModel(store, resolved, told);
  const [model, doubts] = await Promise.all([readFolds(store, resolved), doubtsOf(store, resolved)]);
  const folder = resolve(request.out ?? `${model.name}-v${model.version}-${format}`);
  await checkFolder(folder, force);
  onProgress({ phase: "fetching the model", step: 0, total: 1 });
  const [weights, base, card] = await Promise.all([
    localWeights(store, platform.workFolder, model, told),
    localBase(store, platform.workFolder, model.base, model.baseSpec, baseCheckpoint, told),
    modelCardFile(store, model),
  ]);
  signal.throwIfAborted();
  onProgress({ phase: "reading the weights", step: 0, total: 1 });
  const trained = await loadTrainedModel(base, weights, model);
  onProgress({ phase: "checking the model's numbers", step: 0, total: 1 });
  await checkNumbers(resolved, base, weights, told, signal);
  const files = [...card, ...exportFiles(trained, model, format)];
  // Without the file that is loaded, an export that is broken off here cannot pass for the old one.
  await rm(join(folder, files.at(-1)?.name ?? ""), { force: true });
  for (const [step, { name, data }] of files.entries()) {
    signal.throwIfAborted();
    onProgress({ phase: `writing ${name}`, step, total: files.length });
    await writeWhole(folder, name, data);
  }
  return {
    model,
    format,
    folder,
    files: files.map(({ name, data }) => ({
      name,
      bytes: data.length,
      digest: createHash("sha256").update(data).digest("hex"),
    })),
    ...doubts,
  };
}
