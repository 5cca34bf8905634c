/** Logs of runs in the store: chunks of JSON lines, `logs/RUN/STAGE/ATTEMPT/NNNNNN.jsonl`. */
import { type LogLine, logLineSchema } from "../../spec/log.js";
import { isPreconditionFailed, type Store, storeCall } from "../connection/connection.js";
import { listObjects } from "../inventory.js";
import { parseOrNull, readText } from "../json.js";

export const LOGS_PREFIX = "logs/";

/** One attempt at one stage of one run. */
export interface LogPlace {
  readonly runId: string;
  readonly stage: string;
  /** From 1. */
  readonly attempt: number;
}

export interface LogChunk extends LogPlace {
  /** Name of the object. */
  readonly name: string;
  /** From 1; chunks of an attempt are read in this order. */
  readonly number: number;
  readonly modified: Date;
}

const HEADERS = { "Content-Type": "application/jsonl", "If-None-Match": "*" };
const DIGITS = 6;

function chunkName({ runId, stage, attempt }: LogPlace, number: number): string {
  return `${LOGS_PREFIX}${runId}/${stage}/${attempt}/${String(number).padStart(DIGITS, "0")}.jsonl`;
}

/** The run whose log an object belongs to. */
export function runOfLog(name: string): string {
  return name.slice(LOGS_PREFIX.length).split("/")[0] ?? "";
}

/**
 * Writes a chunk under the number given, or under the next one that is free: a run that was paused begins again at
 * attempt 1. What an earlier try wrote without hearing of it is not written twice.
 * @returns the number that it got
 */
export async function writeLogChunk(
  store: Store,
  place: LogPlace,
  number: number,
  text: string,
): Promise<number> {
  const body = Buffer.from(text);
  for (let free = number; ; free++) {
    const name = chunkName(place, free);
    const isMine = await storeCall(store, `writing ${name}`, async () => {
      try {
        await store.client.putObject(store.bucket, name, body, body.length, HEADERS);
        return true;
      } catch (error) {
        if (!isPreconditionFailed(error)) throw error;
        return (await readText(store, name)) === text;
      }
    });
    if (isMine) return free;
  }
}

/** Chunks of a run's log, by stage and attempt as the names sort; numbers ascend. */
export async function listLogChunks(store: Store, runId: string): Promise<readonly LogChunk[]> {
  const objects = await listObjects(store, `${LOGS_PREFIX}${runId}/`);
  return objects.flatMap(({ name, modified }) => {
    const [, stage, attempt, number] = /^logs\/[^/]+\/([^/]+)\/(\d+)\/(\d+)\.jsonl$/.exec(name) ?? [];
    if (stage === undefined) return [];
    return [{ name, runId, stage, attempt: Number(attempt), number: Number(number), modified }];
  });
}

/** Its lines; what cannot be read as one is left out. Empty when the chunk was removed meanwhile. */
export async function readLogChunk(store: Store, { name }: LogChunk): Promise<readonly LogLine[]> {
  const text = await storeCall(store, `reading ${name}`, () => readText(store, name));
  return (text ?? "").split("\n").flatMap((line) => {
    const { data } = logLineSchema.safeParse(parseOrNull(line));
    return data === undefined ? [] : [data];
  });
}

/** Ids of the runs that have a log. */
export async function listLoggedRuns(store: Store): Promise<readonly string[]> {
  return storeCall(store, "listing the logs", async () => {
    const runs: string[] = [];
    for await (const item of store.client.listObjectsV2(store.bucket, LOGS_PREFIX, false)) {
      const { prefix } = item as { prefix?: string };
      if (prefix !== undefined) runs.push(runOfLog(prefix));
    }
    return runs;
  });
}
