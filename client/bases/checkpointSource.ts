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
import { isPrivateHost } from "../../store/connection/foreignHosts.js";

export interface FetchOptions {
  /** SHA-256, hex, that the file must have, or its first digits. */
  readonly sha256?: string;
  /** What to do where it has another one, as a hint. */
  readonly otherwise?: string;
  /** @param total bytes, if the other side says */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
  /** Bytes that may come from elsewhere; {@link DEFAULT_MOST_BYTES} when left out. */
  readonly maxBytes?: number;
  /** Whether a name or a redirect may lead into a private network. */
  readonly allowPrivate?: boolean;
  /** @param sentence what the user should know of where the file comes from */
  readonly onNotice?: (sentence: string) => void;
}

/** Twice the largest file that the readers take; a page that never ends is not written until the disk is full. */
export const DEFAULT_MOST_BYTES = 4e9;

/** A checkpoint on this machine. Call `dispose` when done: it removes what was downloaded. */
export interface LocalCheckpoint {
  readonly path: string;
  dispose(): Promise<void>;
}

/** Redirects end somewhere and servers answer. */
const ANSWER_MS = 30_000;
/** A server that sends nothing for so long has gone. */
const IDLE_MS = 60_000;
/** 4 GB at 2 Mbit/s take less; who sends a byte now and then is not waited for without end. */
const MOST_MS = 6 * 3_600_000;

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
    if (options.sha256 !== undefined) checkDigest(source, await digestOf(source), options);
    return { path: source, dispose: async () => undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), "thaw-checkpoint-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "checkpoint");
    const { body, total } = source.toLowerCase().startsWith("s3://")
      ? await openS3(store, source)
      : await openUrl(source, options);
    checkDigest(source, await save(source, body, total, path, options), options);
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

async function openUrl(source: string, { signal, allowPrivate, onNotice }: FetchOptions): Promise<Opened> {
  const { hostname } = urlOf(source);
  if (allowPrivate !== true && isPrivateHost(hostname)) {
    onNotice?.(`${hostname} is not in the public internet; it is asked because you named it`);
  }
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(new Error(`no answer in ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  try {
    const signals = [waiting.signal, ...(signal === undefined ? [] : [signal])];
    const response = await getThrough(source, {
      signal: AbortSignal.any(signals),
      ...(allowPrivate === undefined ? {} : { allowPrivate }),
    });
    const { statusCode = 0, statusMessage = "", headers } = response;
    if (statusCode !== 200) {
      response.destroy();
      throw new ThawError("DATA_NOT_FOUND", `${source} answers ${statusCode} ${statusMessage}`, {
        hint: "open the address in a browser; where it needs a password, download the file and give its path",
      });
    }
    response.setTimeout(IDLE_MS, () =>
      response.destroy(new Error(`nothing came for ${IDLE_MS / 1000} seconds`)),
    );
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
  { onProgress, signal, maxBytes = DEFAULT_MOST_BYTES }: FetchOptions,
): Promise<string> {
  const refuse = (): ThawError => {
    body.destroy();
    return new ThawError("DATA_INVALID", `${source} has more than the ${sizeText(maxBytes)} that may come`, {
      hint: "if it is the file that you mean, say how large it may be: --max-size 8GB",
    });
  };
  if (total !== undefined && total > maxBytes) throw refuse();
  const end = Date.now() + MOST_MS;
  const hash = createHash("sha256");
  let done = 0;
  async function* counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      done += chunk.length;
      if (done > maxBytes) throw refuse();
      if (Date.now() > end) throw new Error(`it is not there after ${MOST_MS / 3_600_000} hours`);
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

function sizeText(bytes: number): string {
  const [divisor, unit] = bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${Number((bytes / divisor).toPrecision(3))} ${unit}`;
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

function urlOf(source: string): URL {
  if (URL.canParse(source)) return new URL(source);
  throw new ThawError("USAGE", `"${source}" is no address`, { hint: "write https://HOST/PATH" });
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

/** All digits of a digest, hexadecimal. */
const DIGITS = 64;

function checkDigest(source: string, actual: string, { sha256, otherwise }: FetchOptions): void {
  const expected = sha256?.toLowerCase();
  if (expected === undefined || actual.startsWith(expected)) return;
  const wanted = expected.length < DIGITS ? `one that begins with ${expected}` : expected;
  throw new ThawError("DATA_INVALID", `${source} has the SHA-256 ${actual}, not ${wanted}`, {
    hint: otherwise ?? "it is another file than the one you meant, or it was changed on the way",
  });
}
