/** The one error type of the project, and the one table from codes to exit codes and retries. */

import { masked } from "./network/masked.js";

/** What a code means for a shell (exit code) and for Temporal (retry or not). */
interface ErrorClass {
  /** 1 the run failed, 2 the user's input is wrong, 4 a platform service is unreachable or broken. */
  readonly exit: 1 | 2 | 4;
  /** Whether the same attempt may succeed later without anybody changing anything. */
  readonly retryable: boolean;
}

/** Every error code of the project. Users meet the code, so codes are never re-used for another meaning. */
export const ERROR_CODES = {
  USAGE: { exit: 2, retryable: false },
  RUN_FILE_INVALID: { exit: 2, retryable: false },
  DATA_NOT_FOUND: { exit: 2, retryable: false },
  DATA_INVALID: { exit: 2, retryable: false },
  TOO_FEW_CLASSES: { exit: 2, retryable: false },
  CLASS_EMPTY: { exit: 2, retryable: false },
  BASE_UNKNOWN: { exit: 2, retryable: false },
  /** A base whose weights load and whose features say nothing of a picture. */
  BASE_UNUSABLE: { exit: 2, retryable: false },
  NOT_FOUND: { exit: 2, retryable: false },
  /** Somebody pointed the alias elsewhere since it was looked at. */
  ALIAS_MOVED: { exit: 1, retryable: false },
  /** The version is not proven to be what was asked of it, so it was not promoted. */
  NOT_PROVEN: { exit: 1, retryable: false },
  /** A decision on a version that cannot be taken: on another report, a second one, or of the person who asked. */
  APPROVAL_REFUSED: { exit: 2, retryable: false },
  /** An endpoint of notifications was not told, or said no. */
  NOT_DELIVERED: { exit: 1, retryable: true },
  IMAGE_UNREADABLE: { exit: 2, retryable: false },
  STEERING_REFUSED: { exit: 2, retryable: false },
  RUN_FAILED: { exit: 1, retryable: false },
  RUN_CANCELLED: { exit: 1, retryable: false },
  DATA_UNLEARNABLE: { exit: 1, retryable: false },
  TRAINING_DIVERGED: { exit: 1, retryable: false },
  /** Training stopped where it was asked to, its checkpoint written; the workflow goes on when told. */
  PAUSED: { exit: 1, retryable: false },
  /** The worker is told to leave; another one goes on from the checkpoint. */
  WORKER_STOPPING: { exit: 1, retryable: true },
  /** A later attempt at the same stage has begun: this one has nothing to say any more. */
  FENCED: { exit: 1, retryable: true },
  ENGINE_FAILED: { exit: 1, retryable: true },
  /** The one further try, at half the batch, is made within the attempt. */
  OUT_OF_MEMORY: { exit: 1, retryable: false },
  WORKER_BUSY: { exit: 4, retryable: true },
  /** thaw's own picture gives other numbers here than where the base was added or the model evaluated. */
  NUMBERS_DIFFER: { exit: 1, retryable: false },
  ARTIFACT_CORRUPT: { exit: 1, retryable: true },
  TEMPORAL_UNREACHABLE: { exit: 4, retryable: true },
  /** There is a server, and it has no namespace for us, does not let us in, or has another idea of TLS. */
  TEMPORAL_DENIED: { exit: 4, retryable: false },
  STORE_UNREACHABLE: { exit: 4, retryable: true },
  KUBERNETES_UNREACHABLE: { exit: 4, retryable: true },
  KUBERNETES_DENIED: { exit: 4, retryable: false },
  /** The cluster does not accept the pod as it is. */
  POD_REJECTED: { exit: 2, retryable: false },
  /** The installation does not allow a pod like this; the cluster was not asked. */
  POD_FORBIDDEN: { exit: 2, retryable: false },
  /** The pod waited for a node, a quota or its image until its time was over. */
  POD_NOT_STARTED: { exit: 4, retryable: false },
  /** The pod ended in a way that another one would, too. */
  POD_FAILED: { exit: 1, retryable: false },
  STORE_DENIED: { exit: 4, retryable: false },
  /** The store answers, and cannot do what is asked of it: it has no conditional writes, for example. */
  STORE_UNSUITABLE: { exit: 4, retryable: false },
  RUNTIME_MISSING: { exit: 4, retryable: false },
  SERVICE_FAILED: { exit: 4, retryable: false },
  PROVISION_FAILED: { exit: 4, retryable: true },
  PORT_BUSY: { exit: 4, retryable: false },
  /** Somebody may free some space while it is tried again. */
  DISK_FULL: { exit: 4, retryable: true },
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An error that a person can act on: a stable code, one sentence that says what is wrong and where,
 * and a hint that mends it.
 */
export class ThawError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, as a sentence or a command. */
  readonly hint: string | undefined;
  /** Key in the bucket of the record that is damaged, where one is. */
  readonly record: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; record?: string } = {},
  ) {
    // Wherever an address in the sentence came from, its password goes neither to a terminal nor to a log.
    super(masked(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ThawError";
    this.code = code;
    this.hint = options.hint === undefined ? undefined : masked(options.hint);
    this.record = options.record;
  }

  get exitCode(): 1 | 2 | 4 {
    return ERROR_CODES[this.code].exit;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** Whether `value` is one of the error codes above (codes cross process borders as plain strings). */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERROR_CODES, value);
}

/** A full disk, a quota that is used up, a file that has become too large for its file system. */
const NO_ROOM: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Whether it is the system's word that there is no room for what was being written. */
export function isDiskFull(error: unknown): boolean {
  return NO_ROOM.has((error as NodeJS.ErrnoException | undefined)?.code);
}

/** Turns anything thrown into a `ThawError`, keeping the cause; `ENOSPC` and its like become `DISK_FULL`. */
export function toThawError(error: unknown, fallback: ErrorCode): ThawError {
  if (error instanceof ThawError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error)) {
    return new ThawError("DISK_FULL", `the disk is full: ${message}`, {
      hint: "free some space, or point THAW_CACHE at another disk",
      cause: error,
    });
  }
  return new ThawError(fallback, message, { cause: error });
}
