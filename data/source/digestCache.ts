/** Remembers the SHA-256 of files by path, size and time of change, in a file of JSON lines that several processes share. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { jsonLines, readLines } from "./lines.js";

/** The one of a machine: commands and workers find in it what the other has read. */
export function digestCacheFile(workFolder: string): string {
  return join(workFolder, "source-digests.jsonl");
}

/** A file when it was read. */
export interface KnownDigest {
  /** Bytes. */
  readonly size: number;
  /** Time of last change, milliseconds. */
  readonly mtimeMs: number;
  /** Hex. */
  readonly sha256: string;
}

/** Its path is absolute. */
export type KnownFile = readonly [file: string, known: KnownDigest];

const lineSchema = z.tuple([z.string(), z.number(), z.number(), z.string().length(64)]);
/** The longest paths that systems have, each sign escaped, are shorter; what is longer is no line of ours. */
const LONGEST_LINE = 2 ** 16;

/**
 * What the file remembers, some at a time, for it may be of millions. Nothing where it is missing, and lines that are
 * damaged are left out, since everything in it can be computed again.
 */
export async function* readKnownDigests(cacheFile: string): AsyncGenerator<readonly KnownFile[]> {
  try {
    for await (const lines of readLines(cacheFile, LONGEST_LINE)) yield lines.flatMap(knownIn);
  } catch {
    // As of a file that is not there.
  }
}

function knownIn(line: string): readonly KnownFile[] {
  try {
    const [file, size, mtimeMs, sha256] = lineSchema.parse(JSON.parse(line));
    return [[file, { size, mtimeMs, sha256 }]];
  } catch {
    return [];
  }
}

/**
 * Puts `files` in the place of those that are `replaced`. The file itself is replaced in one step: readers see the old one or
 * the new one. Of two processes that write at the same moment the later wins; the other's files are read once more.
 */
export async function replaceKnownDigests(
  cacheFile: string,
  replaced: (file: string) => boolean,
  files: Iterable<KnownFile>,
): Promise<void> {
  await mkdir(dirname(cacheFile), { recursive: true });
  const part = `${cacheFile}.${randomUUID()}.part`;
  try {
    await writeFile(part, linesOf(cacheFile, replaced, files));
    await rename(part, cacheFile);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function* linesOf(
  cacheFile: string,
  replaced: (file: string) => boolean,
  files: Iterable<KnownFile>,
): AsyncGenerator<string> {
  for await (const known of readKnownDigests(cacheFile)) {
    yield* jsonLines(known.filter(([file]) => !replaced(file)).map(lineOf));
  }
  yield* jsonLines(allLines(files));
}

function* allLines(files: Iterable<KnownFile>): Generator<unknown> {
  for (const known of files) yield lineOf(known);
}

function lineOf([file, { size, mtimeMs, sha256 }]: KnownFile): z.output<typeof lineSchema> {
  return [file, size, mtimeMs, sha256];
}
