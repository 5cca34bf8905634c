/** Asks a service whether it is ready, in the way its plan says. */
import { setTimeout as sleep } from "node:timers/promises";
import { readFrom } from "../logs.js";
import type { Readiness } from "../serviceSpec.js";
import { type Answer, ask, type Question, signedForS3 } from "./ask.js";
import { listensOn } from "./portHolder.js";

/** Short against the start of the fastest service (0.3 s), long against a question (some ms). */
const POLL_MS = 50;
/** A question that is not answered by then is asked again. */
const ANSWER_MS = 2000;

export interface ServiceLog {
  readonly file: string;
  /** Where this life of the service begins, in bytes. */
  readonly offset: number;
}

/**
 * True as soon as the service is ready; false when `ended` is aborted before.
 * @param pid of the service's process; undefined where nobody knows it
 */
export async function waitUntilReady(
  readiness: Readiness,
  log: ServiceLog,
  ended: AbortSignal,
  pid?: number,
): Promise<boolean> {
  const isReady = question(readiness, log, pid);
  while (!ended.aborted) {
    if (await isReady().catch(() => false)) return !ended.aborted;
    await sleep(POLL_MS);
  }
  return false;
}

function question(readiness: Readiness, log: ServiceLog, pid: number | undefined): () => Promise<boolean> {
  switch (readiness.by) {
    case "http":
      // A server of another project, which has taken the port meanwhile, answers just so: runs would go there.
      return async () =>
        (await ask({ url: readiness.url }, ANSWER_MS)).status === 200 &&
        (pid === undefined || (await listensOnAll(pid, readiness.ports)));
    case "bucket":
      return () => storesObjects(readiness);
    case "line":
      return async () => hasReadyLine(readFrom(log.file, log.offset), readiness.worker);
  }
}

/** Also where that cannot be told. */
async function listensOnAll(pid: number, ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if ((await listensOn(pid, port)) === false) return false;
  return true;
}

/** Never listed by thaw, whose objects all lie in folders. */
const PROBE = "thaw-readiness-probe";

/**
 * Writes and reads an object. That the bucket exists is not enough: after a restart the server knows its
 * buckets before it has found its data, and answers reads with 500 until then.
 */
async function storesObjects(wanted: Extract<Readiness, { by: "bucket" }>): Promise<boolean> {
  const { endpoint, bucket, ...keys } = wanted;
  const until = Date.now() + ANSWER_MS;
  const asked = (question: Question): Promise<Answer> =>
    ask(signedForS3(question, keys, Date.now()), Math.max(1, until - Date.now()));
  const url = `${endpoint}/${bucket}/${PROBE}`;
  if ((await asked({ method: "HEAD", url: `${endpoint}/${bucket}` })).status !== 200) return false;
  if ((await asked({ method: "PUT", url, body: PROBE })).status !== 200) return false;
  const { status, body } = await asked({ url });
  return status === 200 && body.toString() === PROBE;
}

/** Whether some line of the log is a JSON object with `ready: true` and this worker's name. */
export function hasReadyLine(text: string, worker: string): boolean {
  return text.split("\n").some((line) => {
    if (!line.startsWith("{")) return false;
    try {
      const { ready, worker: name } = JSON.parse(line) as { ready?: unknown; worker?: unknown };
      return ready === true && name === worker;
    } catch {
      return false;
    }
  });
}
