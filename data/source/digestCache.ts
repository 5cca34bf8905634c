/** Remembers the SHA-256 of files by path, size and time of change, in a file of JSON lines that several processes share. */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

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
/** Written together: a write each would take a second for 20,000 files. */
const LINES_AT_ONCE = 1000;

/**
 * What the file remembers, some at a time, for it may be of millions. Nothing where it is missing, and lines that are
 * damaged are left out, since everything in it can be computed again.
 */
export async function* readKnownDigests(cacheFile: string): AsyncGenerator<readonly KnownFile[]> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(cacheFile, "utf8")) {
      const lines = (rest + (chunk as string)).split("\n");
      rest = lines.pop() ?? "";
      yield lines.flatMap(knownIn);
      if (rest.length > LONGEST_LINE) return;
    }
  } catch {
    // As of a file that is not there.
  }
}

/** A line without its end was cut short. */
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
    yield known
      .filter(([file]) => !replaced(file))
      .map(lineOf)
      .join("");
  }
  let lines: string[] = [];
  for (const known of files) {
    lines.push(lineOf(known));
    if (lines.length < LINES_AT_ONCE) continue;
    yield lines.join("");
    lines = [];
  }
  yield lines.join("");
}

function lineOf([file, { size, mtimeMs, sha256 }]: KnownFile): string {
  return `${JSON.stringify([file, size, mtimeMs, sha256])}\n`;
}
