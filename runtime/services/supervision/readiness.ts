/** Asks a service whether it is ready, in the way its plan says. */
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "minio";
import { readFrom } from "../logs.js";
import type { Readiness } from "../serviceSpec.js";

/** Short against the start of the fastest service (0.3 s), long against a question (some ms). */
const POLL_MS = 50;
/** A question that is not answered by then is asked again. */
const ANSWER_MS = 2000;

export interface ServiceLog {
  readonly file: string;
  /** Where this life of the service begins, in bytes. */
  readonly offset: number;
}

/** True as soon as the service is ready; false when `ended` is aborted before. */
export async function waitUntilReady(
  readiness: Readiness,
  log: ServiceLog,
  ended: AbortSignal,
): Promise<boolean> {
  const isReady = question(readiness, log);
  while (!ended.aborted) {
    if (await isReady().catch(() => false)) return !ended.aborted;
    await sleep(POLL_MS);
  }
  return false;
}

function question(readiness: Readiness, log: ServiceLog): () => Promise<boolean> {
  switch (readiness.by) {
    case "http":
      return async () => {
        const answer = await fetch(readiness.url, { signal: AbortSignal.timeout(ANSWER_MS) });
        await answer.arrayBuffer();
        return answer.status === 200;
      };
    case "bucket":
      return () => storesObjects(readiness);
    case "line":
      return async () => hasReadyLine(readFrom(log.file, log.offset), readiness.worker);
  }
}

/** Never listed by thaw, whose objects all lie in folders. */
const PROBE = "thaw-readiness-probe";

/**
 * Writes and reads an object. That the bucket exists is not enough: after a restart the server knows its
 * buckets before it has found its data, and answers reads with 500 until then.
 */
async function storesObjects(wanted: Extract<Readiness, { by: "bucket" }>): Promise<boolean> {
  const { bucket, region, accessKey, secretKey } = wanted;
  const { hostname: endPoint, port } = new URL(wanted.endpoint);
  const client = new Client({ endPoint, port: Number(port), useSSL: false, region, accessKey, secretKey });
  const roundTrip = async (): Promise<boolean> => {
    if (!(await client.bucketExists(bucket))) return false;
    await client.putObject(bucket, PROBE, Buffer.from(PROBE));
    const chunks: Buffer[] = [];
    for await (const chunk of await client.getObject(bucket, PROBE)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString() === PROBE;
  };
  return Promise.race([roundTrip(), sleep(ANSWER_MS, false, { ref: false })]);
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
