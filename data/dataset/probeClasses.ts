/** A quick look at whether every class has an image that can be read, long before all of them are. */
import { ThawError } from "../../spec/errors.js";
import type { ObjectReader } from "../../spec/images/objects.js";
import { MAX_IMAGE_BYTES, reasonOfCode } from "../../spec/images/unreadable.js";
import type { QuarantinedFile } from "../../spec/records/dataset.js";
import { type CanonicalOptions, type DecodedImage, decodeImage } from "../image/decode.js";
import { withImageFile } from "../image/imageFile.js";
import { mapOrdered } from "../ordered.js";
import type { SourceEntries, SourceEntry } from "../source/entries.js";
import { refuseEmptyClasses } from "./checks.js";

/** Reading waits for disk or network most of the time. */
const CLASSES_AT_ONCE = 8;
/** Whether it can be read is asked, and whether it is grey, not what it shows. */
const SHORT_SIDE = 32;

/** @throws what reading throws, when the image cannot be had at all; those of `decodeImage` */
export type DecodeEntry = (entry: SourceEntry) => Promise<DecodedImage>;

/** Decodes single images of a source, as small as a quick look needs. */
export function entryDecoder(
  { within }: Pick<SourceEntries, "within">,
  buckets: ObjectReader | undefined,
): DecodeEntry {
  const options: CanonicalOptions = { background: "white", keepShortSide: SHORT_SIDE };
  return async ({ object, file }) => {
    if (object === undefined || buckets === undefined) {
      return withImageFile(file, within, (bytes) => decodeImage(bytes, options));
    }
    return decodeImage(Buffer.from(await buckets.read(object, MAX_IMAGE_BYTES)), options);
  };
}

/**
 * Opens the images of each class until one can be read: mostly one a class.
 * @throws ThawError CLASS_EMPTY, as ingest would minutes later, naming the files of the class and why they cannot be read
 */
export async function refuseUnreadableClasses(source: SourceEntries, decode: DecodeEntry): Promise<void> {
  const ofClass = new Map(source.classes.map((name) => [name, [] as SourceEntry[]]));
  for (const entry of source.entries) ofClass.get(entry.label)?.push(entry);
  const looked = mapOrdered(source.classes, CLASSES_AT_ONCE, (name) =>
    firstReadable(ofClass.get(name), decode),
  );
  const readable: { label: number }[] = [];
  const lost: QuarantinedFile[] = [];
  let label = 0;
  for await (const { found, unreadable } of looked) {
    if (found) readable.push({ label });
    for (const file of unreadable) lost.push(file);
    label += 1;
  }
  refuseEmptyClasses(source, readable, lost);
}

async function firstReadable(
  entries: readonly SourceEntry[] = [],
  decode: DecodeEntry,
): Promise<{ readonly found: boolean; readonly unreadable: readonly QuarantinedFile[] }> {
  const unreadable: QuarantinedFile[] = [];
  for (const entry of entries) {
    try {
      await decode(entry);
      return { found: true, unreadable };
    } catch (error) {
      const isAboutIt = error instanceof ThawError && error.code === "IMAGE_UNREADABLE";
      if (!isAboutIt && (error as NodeJS.ErrnoException).code === undefined) throw error;
      const reason = reasonOfCode((error as NodeJS.ErrnoException).code) ?? (error as Error).message;
      unreadable.push({ path: entry.path, reason });
    }
  }
  return { found: false, unreadable };
}
