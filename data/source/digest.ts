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
import { addKnownDigests, type KnownDigests, readKnownDigests } from "./digestCache.js";
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
  const known = await readKnownDigests(cacheFile);
  const found: KnownDigests = new Map();
  const files = new Map<string, string>();
  const total = createHash("sha256");
  const digestOf = (entry: SourceEntry): Promise<string> => digestEntry(source, entry, known, found);
  let position = 0;
  for await (const sha256 of mapOrdered(source.entries, PARALLEL, digestOf)) {
    const { path, label, group, split } = source.entries[position++] as SourceEntry;
    files.set(path, sha256);
    onProgress(position);
    total.update(`${JSON.stringify([path, label, group ?? null, split ?? null, sha256])}\n`);
  }
  const listed = new Set(source.entries.map(({ file }) => file));
  const gone = [...known.keys()].filter((file) => file.startsWith(`${source.source}/`) && !listed.has(file));
  if (found.size > 0 || gone.length > 0) await addKnownDigests(cacheFile, found, gone);
  return { digest: total.digest("hex"), files };
}

/** What changes with the bytes and is known without them. A digest has no colon, so the two cannot be mistaken. */
function versionOf({ etag, size }: ListedObject): string {
  return `etag:${etag}:${size}`;
}

/** @param found where the digest is put if it is new and worth remembering */
async function digestEntry(
  source: SourceEntries,
  entry: SourceEntry,
  known: KnownDigests,
  found: KnownDigests,
): Promise<string> {
  if (entry.sha256 !== undefined) return entry.sha256;
  if (entry.object !== undefined) return versionOf(entry.object);
  try {
    const { size, mtimeMs } = await lookAtRegular(entry.file, source.within);
    // Reading would take long, and the image is left out for its size anyway.
    if (size > MAX_IMAGE_BYTES) return unreadableMark(TOO_LARGE) as string;
    const [knownSize, knownTime, knownDigest] = known.get(entry.file) ?? [];
    if (knownDigest !== undefined && knownSize === size && knownTime === mtimeMs) {
      // Permissions can change without size and time.
      await access(entry.file, constants.R_OK);
      return knownDigest;
    }
    const sha256 = await hashOf(await openRegular(entry.file, source.within));
    if (Date.now() - mtimeMs > SETTLED_AFTER) found.set(entry.file, [size, mtimeMs, sha256]);
    return sha256;
  } catch (error) {
    const mark = isOfFolder(source, entry)
      ? unreadableMark((error as NodeJS.ErrnoException).code)
      : undefined;
    if (mark !== undefined) return mark;
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
