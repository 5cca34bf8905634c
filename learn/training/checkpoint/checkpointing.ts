/** When training writes checkpoints, and how it goes on from one. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fitting } from "../../../spec/engine/diskFull.js";
import type { CheckpointSpool, ResumedFrom, WrittenCheckpoint } from "../../../spec/engine/job.js";
import { ThawError } from "../../../spec/errors.js";
import { type FitState, initialState } from "../fitState.js";
import type { Trainee } from "../trainee.js";
import { type BestFile, readCheckpoint, writeCheckpoint } from "./files.js";

export interface CheckpointOptions extends CheckpointSpool {
  readonly onResumed: (from: ResumedFrom) => void;
  readonly onWritten: (checkpoint: WrittenCheckpoint) => void;
  /** Hears that the disk has no room for a checkpoint, in a sentence; the next one is tried when it is due. */
  readonly onUnwritten: (why: string) => void;
}

/** The ends of short epochs are no reason to write more often than this share of the interval. */
const AT_EPOCH_END = 0.5;
/** Writing may take this share of the time (the project's target); where it took more, the interval grows… */
const LARGEST_SHARE = 0.03;
/** …to this many times its length at most, so that the work that a kill costs stays bounded. */
const LONGEST = 2;

/**
 * The state of the first whole checkpoint, put back into the trainee; else a new one. An average that is asked for
 * is part of a checkpoint, so one without it is another stage's and refused.
 */
export async function resumeOrStart(
  trainee: Trainee,
  ema: number,
  options: CheckpointOptions | undefined,
): Promise<FitState> {
  const refused: string[] = [];
  for (const folder of options?.resume ?? []) {
    try {
      const state = await resume(trainee, ema, folder, options as CheckpointOptions);
      options?.onResumed({ positions: state.resumed, refused });
      return state;
    } catch (error) {
      if (!(error instanceof ThawError)) throw error;
      refused.push(`a checkpoint is not used: ${error.message}`);
    }
  }
  if (refused.length > 0) options?.onResumed({ positions: [], refused });
  return initialState(trainee, ema);
}

async function resume(
  trainee: Trainee,
  ema: number,
  folder: string,
  { identity }: CheckpointOptions,
): Promise<FitState> {
  const { vector } = trainee;
  const { state, vectors, extra } = await readCheckpoint(folder, identity, vector.length);
  if ((state.averageUpdates !== undefined) !== ema > 0)
    throw new ThawError("ARTIFACT_CORRUPT", "it was written by a stage with other settings");
  for (const [name, values] of vectors) vector.write(name, values);
  if (extra !== undefined) trainee.restoreExtra?.(extra);
  const { epoch, step } = state;
  state.resumed.push({ epoch, step });
  return state;
}

export interface Checkpoints {
  /** Whether it is time. @param epochEnd at the end of an epoch it is time earlier */
  due(epochEnd: boolean): boolean;
  /** Writes the state as it is now; nothing without a folder to write to, or without room in it. */
  write(state: FitState): Promise<void>;
}

/** Folders are numbered on, so that a restarted engine does not meet its predecessor's. */
export async function checkpoints(
  trainee: Trainee,
  options: CheckpointOptions | undefined,
): Promise<Checkpoints> {
  if (options === undefined) return { due: () => false, write: async () => {} };
  const { folder, everySeconds, identity, onWritten, onUnwritten } = options;
  const names = await readdir(folder).catch((): string[] => []);
  const numbers = names.map((name) => Number.parseInt(name, 10));
  let next = Math.max(0, ...numbers.filter(Number.isFinite)) + 1;
  let last = performance.now();
  /** Seconds that the last one took. */
  let cost = 0;
  let bestFile: BestFile | undefined;
  return {
    due: (epochEnd) => {
      const interval = Math.min(LONGEST * everySeconds, Math.max(everySeconds, cost / LARGEST_SHARE));
      return performance.now() - last >= 1000 * interval * (epochEnd ? AT_EPOCH_END : 1);
    },
    write: async (state) => {
      const started = performance.now();
      const own = join(folder, String(next++).padStart(6, "0"));
      const extra = trainee.snapshotExtra?.();
      const current = { read: trainee.vector.read, extra };
      try {
        bestFile = await fitting("a checkpoint", folder, () =>
          writeCheckpoint(own, state, current, identity, bestFile),
        );
      } catch (error) {
        if (!(error instanceof ThawError && error.code === "DISK_FULL")) throw error;
        onUnwritten(error.message);
        return;
      } finally {
        last = performance.now();
        cost = (last - started) / 1000;
      }
      const { epoch, step, changes } = state;
      onWritten({ folder: own, position: { epoch, step }, steered: changes.length > 0, seconds: cost });
    },
  };
}
