/** A checkpoint from wherever the user has it: a file, a URL, or an object in S3. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ThawError } from "../../spec/errors.js";
import { isMissing, type Store, storeCall } from "../../store/connection/connection.js";
import { getThrough } from "../../store/connection/download.js";

export interface FetchOptions {
  /** SHA-256, hex, that the file must have. */
  readonly sha256?: string;
  /** @param total bytes, if the other side says */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
}

/** A checkpoint on this machine. Call `dispose` when done: it removes what was downloaded. */
export interface LocalCheckpoint {
  readonly path: string;
  dispose(): Promise<void>;
}

/** Redirects end somewhere and servers answer; a download itself may take as long as it needs. */
const ANSWER_MS = 30_000;

/** Whether the source has to be fetched first. */
export function isRemote(source: string): boolean {
  return /^(https?|s3):\/\//i.test(source);
}

/**
 * @param source a path, `http(s)://…`, or `s3://BUCKET/KEY` at the endpoint of `store` with its credentials
 * @throws ThawError DATA_NOT_FOUND, DATA_INVALID (another digest), USAGE (no such kind of URL), STORE_…
 */
export async function openCheckpoint(
  store: Store,
  source: string,
  options: FetchOptions = {},
): Promise<LocalCheckpoint> {
  if (!isRemote(source)) {
    refuseOtherUrls(source);
    await checkFile(source);
    if (options.sha256 !== undefined) checkDigest(source, await digestOf(source), options.sha256);
    return { path: source, dispose: async () => undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), "thaw-checkpoint-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "checkpoint");
    const { body, total } = source.toLowerCase().startsWith("s3://")
      ? await openS3(store, source)
      : await openUrl(source, options.signal);
    checkDigest(source, await save(source, body, total, path, options), options.sha256);
    return { path, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface Opened {
  readonly body: Readable;
  readonly total: number | undefined;
}

async function openS3(store: Store, source: string): Promise<Opened> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(source) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new ThawError("USAGE", `"${source}" names no object`, { hint: "write s3://BUCKET/KEY" });
  }
  return storeCall(store, `reading ${source}`, async () => {
    try {
      const { size } = await store.client.statObject(bucket, key);
      return { body: await store.client.getObject(bucket, key), total: size };
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new ThawError("DATA_NOT_FOUND", `there is no object ${source} at ${store.endpoint}`, {
        hint: "check bucket and key; the endpoint is the one that thaw stores its artifacts in",
      });
    }
  });
}

async function openUrl(source: string, signal: AbortSignal | undefined): Promise<Opened> {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(new Error(`no answer in ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  try {
    const signals = [waiting.signal, ...(signal === undefined ? [] : [signal])];
    const response = await getThrough(source, AbortSignal.any(signals));
    const { statusCode = 0, statusMessage = "", headers } = response;
    if (statusCode !== 200) {
      response.resume();
      throw new ThawError("DATA_NOT_FOUND", `${source} answers ${statusCode} ${statusMessage}`, {
        hint: "open the address in a browser; where it needs a password, download the file and give its path",
      });
    }
    const length = headers["content-length"];
    return { body: response, total: length === undefined ? undefined : Number(length) };
  } catch (error) {
    throw downloadFailed(source, error);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns SHA-256 of what came */
async function save(
  source: string,
  body: Readable,
  total: number | undefined,
  path: string,
  { onProgress, signal }: FetchOptions,
): Promise<string> {
  const hash = createHash("sha256");
  let done = 0;
  async function* counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      done += chunk.length;
      onProgress?.(done, total);
      yield chunk;
    }
  }
  try {
    await pipeline(body, counted, createWriteStream(path), signal === undefined ? {} : { signal });
  } catch (error) {
    throw downloadFailed(source, error);
  }
  if (total === undefined || done === total) return hash.digest("hex");
  throw new ThawError("DATA_INVALID", `${source} ended after ${done} of ${total} bytes`, {
    hint: "try again; the connection was cut",
  });
}

function downloadFailed(source: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof ThawError || code === "ENOSPC") return error;
  const { message, cause } = error as Error;
  const abort = cause instanceof Error && (error as Error).name === "AbortError" ? cause.message : undefined;
  const why = abort ?? (message || code);
  return new ThawError("DATA_NOT_FOUND", `${source} cannot be downloaded: ${why}`, {
    hint: "check the address and the network, or download the file and give its path",
    cause: error,
  });
}

function refuseOtherUrls(source: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(source)?.[1];
  if (scheme === undefined) return;
  throw new ThawError("USAGE", `checkpoints cannot be read from ${scheme}:// addresses`, {
    hint: "give a path, http://, https:// or s3://BUCKET/KEY",
  });
}

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new ThawError("DATA_NOT_FOUND", `${file} is ${found === undefined ? "not there" : "no file"}`, {
    hint: "give a checkpoint, for example weights.pth, https://…/weights.pth or s3://BUCKET/weights.pth",
  });
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function checkDigest(source: string, actual: string, expected: string | undefined): void {
  if (expected === undefined || expected.toLowerCase() === actual) return;
  throw new ThawError("DATA_INVALID", `${source} has the SHA-256 ${actual}, not ${expected.toLowerCase()}`, {
    hint: "it is another file than the one you meant, or it was changed on the way",
  });
}
