/** Uploads checkpoints behind the training's back: one at a time, and of those that wait only the newest. */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { WrittenCheckpoint } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";

export interface UploadHooks {
  /** Stores one; the sequence number grows. */
  readonly put: (checkpoint: WrittenCheckpoint, sequence: number) => Promise<unknown>;
  /** Hears that nothing is uploaded any more: a later attempt has begun, or the store refuses for good. */
  readonly onRefused: (error: ThawError) => void;
  /** Hears that the store failed; it is tried again, with a newer one if there is one by then. */
  readonly onFailure: (error: unknown) => void;
  readonly retryMs: number;
}

export interface CheckpointUploads {
  add(checkpoint: WrittenCheckpoint): void;
  /** Until what has been added is stored, or given up. */
  settled(): Promise<void>;
  /** What is not stored by now never will be. */
  close(): void;
}

/** Local folders are removed once a newer checkpoint is stored or waits. */
export function checkpointUploads({ put, onRefused, onFailure, retryMs }: UploadHooks): CheckpointUploads {
  let waiting: WrittenCheckpoint | undefined;
  let working: Promise<void> | undefined;
  let stored: WrittenCheckpoint | undefined;
  let sequence = 0;
  const closing = new AbortController();

  const discard = async (checkpoint: WrittenCheckpoint | undefined): Promise<void> => {
    if (checkpoint !== undefined) await rm(checkpoint.folder, { recursive: true, force: true });
  };

  const upload = async (checkpoint: WrittenCheckpoint): Promise<void> => {
    try {
      await put(checkpoint, ++sequence);
      await discard(stored);
      stored = checkpoint;
    } catch (error) {
      if (error instanceof ThawError && (error.code === "FENCED" || !error.retryable)) {
        closing.abort();
        onRefused(error);
        return;
      }
      if (closing.signal.aborted) return;
      onFailure(error);
      if (waiting === undefined) waiting = checkpoint;
      else await discard(checkpoint);
      await sleep(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };

  const work = async (): Promise<void> => {
    while (waiting !== undefined && !closing.signal.aborted) {
      const next = waiting;
      waiting = undefined;
      await upload(next);
    }
    working = undefined;
  };

  return {
    add: (checkpoint) => {
      void discard(waiting);
      waiting = checkpoint;
      working ??= work();
    },
    settled: async () => {
      await working;
    },
    close: () => closing.abort(),
  };
}

/**
 * A store that is slow keeps nobody from the next stage: what has to follow the last upload is done when that has ended.
 * @param onFailure hears why it could not be done
 */
export function whenSettled(
  uploads: CheckpointUploads,
  then: () => Promise<void>,
  onFailure: (error: unknown) => void,
): void {
  uploads.settled().then(then).catch(onFailure);
}
