/** Asks a version about the images that are new since it, in an engine process on this machine, where no retraining did. */
import { answersIn, askingJob } from "../../learn/proof/asking.js";
import { newestImages } from "../../learn/proof/newest.js";
import type { Platform } from "../../spec/platform.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Progress } from "../../spec/records/training.js";
import { canonicalImages } from "../../store/artifacts/canonicalImages.js";
import { type BaseCheckpoint, localBase } from "../../store/artifacts/localBase.js";
import type { Told } from "../../store/artifacts/localFile.js";
import { localWeights } from "../../store/artifacts/localWeights.js";
import type { Store } from "../../store/connection/connection.js";
import { readEvaluated } from "../../store/records/evaluated.js";
import { answersName, findAnswers, keepAnswers } from "../../store/records/newestAnswers.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import { withScratchEngine } from "./scratchEngine.js";

export interface Asking {
  readonly platform: Pick<Platform, "workFolder">;
  readonly baseCheckpoint: BaseCheckpoint;
  /** Called once it is known that an engine is needed: what that needs is to be there afterwards. */
  readonly prepare: () => Promise<void>;
  readonly told: Told;
  readonly onProgress: (progress: Progress) => void;
  /** Aborting it ends the engine. */
  readonly signal: AbortSignal;
}

/**
 * What was asked once is found again, by whomever.
 * @param asked the version whose answers are wanted
 * @param other the version that held the images out
 * @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT, NUMBERS_DIFFER, ENGINE_FAILED, STORE_…
 */
export async function askNewest(
  store: Store,
  asked: ModelVersion,
  other: ModelVersion,
  { platform: { workFolder }, baseCheckpoint, prepare, told, onProgress, signal }: Asking,
): Promise<void> {
  const newest = newestImages(await readEvaluated(store, asked), await readEvaluated(store, other));
  const record = answersName(asked, other);
  if (newest.length === 0 || (await findAnswers(store, record, asked)) !== undefined) return;
  await prepare();
  await requireSoundModel(store, asked, told);
  await withScratchEngine(workFolder, "newest", async (engine, folder) => {
    const [weights, base] = await Promise.all([
      localWeights(store, workFolder, asked, told),
      localBase(store, workFolder, asked.base, asked.baseSpec, baseCheckpoint, told),
    ]);
    const wanted = new Set(newest.map(({ sha256 }) => sha256));
    const files = await canonicalImages(store, other, wanted, folder, onProgress);
    const answer = await engine.run(askingJob(asked, base, weights, files.keys()), { onProgress, signal });
    const { name: model, version } = asked;
    const at = new Date().toISOString();
    await keepAnswers(store, record, { model, version, at, answers: answersIn(answer, files, asked) });
  });
}
