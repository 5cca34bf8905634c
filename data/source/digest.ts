/** The digest of a source: what ingest depends on, computed without reading files that have not changed. */
import { createHash } from "node:crypto";
import { access, constants } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl, type ListedObject } from "../../spec/images/objects.js";
import {
  MAX_IMAGE_BYTES,
  NOT_REGULAR,
  OUTSIDE,
  reasonOfCode,
  TOO_LARGE,
  unreadableMark,
} from "../../spec/images/unreadable.js";
import { mapOrdered } from "../ordered.js";
import { type KnownDigest, type KnownFile, readKnownDigests, replaceKnownDigests } from "./digestCache.js";
import type { SourceEntries, SourceEntry } from "./entries.js";
import { TAKE_OUTSIDE } from "./layout.js";
import { lookAtRegular, type OpenedFile, openRegular, readOpened } from "./openFile.js";

/** Node answers file calls with four threads; more calls in flight only keep those busy. */
const PARALLEL = 16;
/**
 * A file changed this recently (in milliseconds) is not remembered: another change in the same tick of a coarse file
 * system clock (FAT counts in 2 s) could leave size and time as they are.
 */
const SETTLED_AFTER = 2000;

export interface SourceDigest {
  /** SHA-256, hex, over path, label, group, split and contents (of objects: version) of every entry. */
  readonly digest: string;
  /**
   * By the entry's path: SHA-256 of the file's bytes, hex, an object's version, or the mark of a file that cannot be
   * read (`spec/images/unreadable.ts`).
   */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * @param cacheFile known digests; made if missing, ignored and replaced if damaged
 * @param onProgress called with the number of entries that are done; what it throws ends the work
 * @throws ThawError DATA_INVALID when a file cannot be read that a manifest names, with the line, or for a reason that
 *   is not its own
 */
export async function digestSource(
  source: SourceEntries,
  cacheFile: string,
  onProgress: (done: number) => void = () => undefined,
): Promise<SourceDigest> {
  const known = await knownOf(source, cacheFile);
  const files = new Map<string, string>();
  const total = createHash("sha256");
  let found = false;
  const digestOf = async (entry: SourceEntry): Promise<string> => {
    const before = known.files.get(entry.file);
    const { sha256, fresh } = await digestEntry(source, entry, before);
    if (fresh !== undefined) {
      known.files.set(entry.file, fresh);
      found = true;
    }
    return sha256;
  };
  let position = 0;
  for await (const sha256 of mapOrdered(source.entries, PARALLEL, digestOf)) {
    const { path, label, group, split } = source.entries[position++] as SourceEntry;
    files.set(path, sha256);
    onProgress(position);
    total.update(`${JSON.stringify([path, label, group ?? null, split ?? null, sha256])}\n`);
  }
  if (found || known.isOutdated) await remember(source, known.files, cacheFile);
  return { digest: total.digest("hex"), files };
}

interface Known {
  /** By file, all that are listed; undefined where nothing is known. */
  readonly files: Map<string, KnownDigest | undefined>;
  /** Whether others of this source are remembered. */
  readonly isOutdated: boolean;
}

async function knownOf({ source, entries }: SourceEntries, cacheFile: string): Promise<Known> {
  const files = new Map<string, KnownDigest | undefined>(entries.map(({ file }) => [file, undefined]));
  let isOutdated = false;
  for await (const some of readKnownDigests(cacheFile)) {
    for (const [file, known] of some) {
      if (files.has(file)) files.set(file, known);
      else if (isBelowSource(file, source)) isOutdated = true;
    }
  }
  return { files, isOutdated };
}

async function remember({ source }: SourceEntries, files: Known["files"], cacheFile: string): Promise<void> {
  const isOfSource = (file: string): boolean => files.has(file) || isBelowSource(file, source);
  await replaceKnownDigests(cacheFile, isOfSource, knownFiles(files));
}

function* knownFiles(files: Known["files"]): Generator<KnownFile> {
  for (const [file, known] of files) if (known !== undefined) yield [file, known];
}

const isBelowSource = (file: string, source: string): boolean => file.startsWith(`${source}/`);

/** What changes with the bytes and is known without them. A digest has no colon, so the two cannot be mistaken. */
function versionOf({ etag, size }: ListedObject): string {
  return `etag:${etag}:${size}`;
}

/** @returns also what is new and worth remembering */
async function digestEntry(
  source: SourceEntries,
  entry: SourceEntry,
  known: KnownDigest | undefined,
): Promise<{ readonly sha256: string; readonly fresh?: KnownDigest }> {
  if (entry.sha256 !== undefined) return { sha256: entry.sha256 };
  if (entry.object !== undefined) return { sha256: versionOf(entry.object) };
  try {
    const { size, mtimeMs } = await lookAtRegular(entry.file, source.within);
    // Reading would take long, and the image is left out for its size anyway.
    if (size > MAX_IMAGE_BYTES) return { sha256: unreadableMark(TOO_LARGE) as string };
    if (known?.size === size && known.mtimeMs === mtimeMs) {
      // Permissions can change without size and time.
      await access(entry.file, constants.R_OK);
      return { sha256: known.sha256 };
    }
    const sha256 = await hashOf(await openRegular(entry.file, source.within));
    return Date.now() - mtimeMs > SETTLED_AFTER ? { sha256, fresh: { size, mtimeMs, sha256 } } : { sha256 };
  } catch (error) {
    const mark = isOfFolder(source, entry)
      ? unreadableMark((error as NodeJS.ErrnoException).code)
      : undefined;
    if (mark !== undefined) return { sha256: mark };
    throw unreadableFile(source, entry, error);
  }
}

/** Bytes up to which a file is read at once: a stream takes 0.15 ms of a processor by itself, and turns with others (measured on files of 1 kB). */
const SMALL_BYTES = 2 ** 20;

/** SHA-256 of the bytes that the file had when it was opened; closes it. */
async function hashOf(opened: OpenedFile): Promise<string> {
  const { handle, size } = opened;
  const hash = createHash("sha256");
  if (size <= SMALL_BYTES) hash.update(await readOpened(opened));
  else await pipeline(handle.createReadStream({ start: 0, end: size - 1 }), hash);
  return hash.digest("hex");
}

/** A manifest names its files expressly, and what was fetched from a bucket was there: of these none may be missing. */
function isOfFolder({ source }: SourceEntries, { line }: SourceEntry): boolean {
  return line === undefined && !isBucketUrl(source);
}

function unreadableFile({ source }: SourceEntries, { file, line }: SourceEntry, cause: unknown): ThawError {
  const where = line === undefined ? "" : `${source}, line ${line}: `;
  const code = (cause as NodeJS.ErrnoException).code;
  const isMissing = code === "ENOENT";
  const what = isMissing
    ? `there is no file ${file}`
    : code === OUTSIDE || code === NOT_REGULAR
      ? `${file}: ${reasonOfCode(code)}`
      : `${file} cannot be read (${code})`;
  return new ThawError("DATA_INVALID", where + what, {
    hint:
      line !== undefined && isMissing
        ? "paths are relative to the manifest's folder"
        : code === OUTSIDE
          ? `move the image or the manifest; ${TAKE_OUTSIDE}`
          : "see that it can be read, or take it out, and start the run again",
    cause,
  });
}
