/** Reads a run's log from the store, once or until the run ends. */
import { setTimeout as sleep } from "node:timers/promises";
import { ThawError } from "../../spec/errors.js";
import { isAtLeast, type LogLine } from "../../spec/log.js";
import type { LogLevel } from "../../spec/logLevels.js";
import type { Store } from "../../store/connection/connection.js";
import { type LogChunk, listLogChunks, readLogChunk } from "../../store/records/logs.js";
import type { Session } from "../session.js";
import { describeRun, statusOf } from "../temporal/executions.js";
import { mergeLines, type ReadChunk } from "./mergeLines.js";

export interface LogFilter {
  readonly stage?: string;
  readonly attempt?: number;
  readonly since?: Date;
  /** Lines that are less serious are left out. */
  readonly level?: LogLevel;
}

export interface FollowOptions {
  /** Go on until the run ends, instead of ending with what there is. */
  readonly follow: boolean;
  readonly intervalMs?: number;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

const INTERVAL_MS = 1_000;
/** A server that restarts is back within seconds. */
const OUTAGE_MS = 30_000;
/** Chunks that are fetched at a time. */
const PARALLEL = 16;
/** Clocks of workers, store and reader may differ by so much. */
const SKEW_MS = 300_000;

/**
 * Lines of the run's log, in order; they come as the worker stores them, some seconds after they were written.
 * @throws ThawError STORE_…, TEMPORAL_UNREACHABLE
 */
export async function* readLogs(
  session: Session,
  runId: string,
  filter: LogFilter,
  { follow, signal, intervalMs = INTERVAL_MS }: FollowOptions,
): AsyncGenerator<LogLine> {
  const next = newLines(session.store, runId, filter);
  let lastSeen = Date.now();
  while (!signal.aborted) {
    try {
      // Asked first: what was written before the end is then read.
      const isOver = !follow || (await hasEnded(session, runId));
      yield* await next();
      if (isOver) return;
      lastSeen = Date.now();
    } catch (error) {
      if (!follow || !isOutage(error) || Date.now() - lastSeen > OUTAGE_MS) throw error;
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Whether the filter asks for the chunk's attempt. */
export function isWanted({ stage, attempt }: LogFilter, chunk: LogChunk): boolean {
  return (
    (stage === undefined || chunk.stage === stage) && (attempt === undefined || chunk.attempt === attempt)
  );
}

/** The lines in chunks that were not there the last time. */
function newLines(store: Store, runId: string, filter: LogFilter): () => Promise<readonly LogLine[]> {
  const { since, level = "info" } = filter;
  const seen = new Set<string>();
  return async () => {
    const chunks = (await listLogChunks(store, runId)).filter(
      (chunk) => isWanted(filter, chunk) && !seen.has(chunk.name) && !isBefore(chunk, since),
    );
    const read: ReadChunk[] = [];
    for (let start = 0; start < chunks.length; start += PARALLEL) {
      const batch = chunks.slice(start, start + PARALLEL);
      read.push(
        ...(await Promise.all(
          batch.map(async (chunk) => ({ chunk, lines: await readLogChunk(store, chunk) })),
        )),
      );
    }
    for (const { name } of chunks) seen.add(name);
    const oldest = since?.toISOString() ?? "";
    return mergeLines(read).filter((line) => line.time >= oldest && isAtLeast(line.level, level));
  };
}

/** Its lines are older than itself. */
function isBefore({ modified }: LogChunk, since: Date | undefined): boolean {
  return since !== undefined && modified.getTime() + SKEW_MS < since.getTime();
}

/** A run that Temporal has forgotten ended long ago. */
async function hasEnded(session: Session, runId: string): Promise<boolean> {
  const run = await describeRun(session, runId);
  return run === undefined || statusOf(run) !== "running";
}

function isOutage(error: unknown): boolean {
  return (
    error instanceof ThawError &&
    (error.code === "TEMPORAL_UNREACHABLE" || error.code === "STORE_UNREACHABLE")
  );
}
