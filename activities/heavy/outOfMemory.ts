/** What becomes of a stage that runs out of memory: once more, at half the batch where it has one. */

import { ThawError } from "../../spec/errors.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import { atHalfBatch, type HalfBatch } from "../../spec/pipeline/halfBatch.js";
import type { Progress } from "../../spec/records/training.js";
import { readRedirect, writeRedirect } from "../../store/artifacts/redirects.js";
import { removeCheckpoints } from "../../store/checkpoints/checkpoints.js";
import type { Store } from "../../store/connection/connection.js";

export interface MemoryPolicy {
  readonly store: Store;
  readonly request: StageRequest;
  /** Of the stage as the run file has it. */
  readonly key: string;
  /** Images that are trained on. */
  readonly images: number;
  readonly keyOf: (request: StageRequest) => string;
  readonly report: (progress: Progress) => void;
  /** Hears that the stage is begun once more. */
  readonly outOfMemory: () => void;
}

/**
 * A stage without a batch is tried once more as it is: others may have taken the memory. That the half was begun is
 * written down first, so that an attempt after it does not run out of memory once more.
 * @param make makes the stage as asked for, or at half the batch
 * @throws ThawError OUT_OF_MEMORY when the run file allows no second try, or it ran out too
 */
export async function withinMemory<Outcome>(
  { store, request, key, images, keyOf, report, outOfMemory }: MemoryPolicy,
  make: (request: StageRequest, half?: HalfBatch) => Promise<Outcome>,
): Promise<Outcome> {
  const { runId, file } = request.run;
  // A client from before there was the choice does not send it.
  if ((file.on_out_of_memory ?? "halve_batch") === "fail") return make(request);
  const half = atHalfBatch(request, images);
  const isHalved = half !== undefined && (await readRedirect(store, runId, key))?.why === "out-of-memory";
  if (!isHalved) {
    try {
      if (request.shortOfMemory === true && half !== undefined) throw killedWithItsPod();
      return await make(request);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      outOfMemory();
      const { at, batchSize } = half?.outOfMemory ?? {};
      const how = half === undefined ? "" : ` at batch ${at}: from the start at batch ${batchSize}`;
      report({ phase: `memory ran out${how || ": once more"}`, step: 0, total: 1 });
      if (half === undefined) return make(request);
      await writeRedirect(store, runId, key, { key: keyOf(half.request), why: "out-of-memory" });
    }
  }
  const outcome = await make(half.request, half).catch((error: unknown) => {
    throw isOutOfMemory(error) ? stillOutOfMemory(half, error) : error;
  });
  await removeCheckpoints(store, key, runId);
  return outcome;
}

/** What the attempt before could not say any more. */
function killedWithItsPod(): ThawError {
  return new ThawError("OUT_OF_MEMORY", "the pod was killed because it used more memory than it has");
}

function isOutOfMemory(error: unknown): error is ThawError {
  return error instanceof ThawError && error.code === "OUT_OF_MEMORY";
}

function stillOutOfMemory({ outOfMemory: { at, batchSize } }: HalfBatch, cause: ThawError): ThawError {
  return new ThawError("OUT_OF_MEMORY", `memory ran out at a batch of ${at}, and again at ${batchSize}`, {
    hint: "set a lower batch_size, or give the worker more memory; `thaw resume RUN` goes on from the stages before",
    cause,
  });
}
