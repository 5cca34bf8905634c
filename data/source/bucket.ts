/** Lists labelled images in a bucket: a prefix whose next part is the class, or a split and then the class, or a manifest. */
import { posix } from "node:path";
import { ThawError } from "../../spec/errors.js";
import {
  type BucketPlace,
  bucketUrl,
  type ListedObject,
  MAX_MANIFEST_BYTES,
  type ObjectReader,
  parseBucketUrl,
} from "../../spec/images/objects.js";
import { MAX_IMAGE_BYTES, TOO_LARGE, unreadableMark } from "../../spec/images/unreadable.js";
import type { FolderReading, SourceReading } from "../../spec/runFile/folders.js";
import type { SourceEntries, SourceEntry } from "./entries.js";
import { layOut } from "./layout.js";
import {
  invalidLine,
  MANIFEST_EXTENSIONS,
  manifestText,
  outsideLine,
  parseManifest,
  refusalOf,
} from "./manifest.js";
import { checkManifestBytes } from "./manifestBounds.js";

/** @param url `s3://BUCKET/PREFIX`, with or without a slash at its end, or `s3://BUCKET/…/labels.csv` (`.jsonl`) */
export async function listBucket(
  url: string,
  buckets: ObjectReader,
  reading: SourceReading = {},
): Promise<SourceEntries> {
  const place = parseBucketUrl(url);
  if (MANIFEST_EXTENSIONS.includes(posix.extname(place.key).toLowerCase())) {
    return listBucketManifest(place, buckets, reading);
  }
  const { bucket } = place;
  const key = place.key === "" || place.key.endsWith("/") ? place.key : `${place.key}/`;
  const objects = await buckets.list({ bucket, key });
  if (objects.length === 0) {
    throw new ThawError("DATA_NOT_FOUND", `there is no object below ${bucketUrl({ bucket, key })}`, {
      hint:
        `the buckets are those at ${buckets.endpoint}, where thaw stores its artifacts; ` +
        "data.path names a prefix that the classes follow, s3://BUCKET/PREFIX/cat/1.jpg, or a .csv or .jsonl object",
    });
  }
  return bounded(entriesBelow({ bucket, key }, objects, reading.folders));
}

/**
 * The same classes, images and ignored files as a folder with these files would have.
 * @param place its key is empty or ends in a slash
 * @param objects all that lie below it; keys that end in a slash stand for folders
 */
export function entriesBelow(
  place: BucketPlace,
  objects: readonly ListedObject[],
  reading?: FolderReading,
): SourceEntries {
  const source = bucketUrl(place).replace(/\/$/, "");
  const found = objects.map((object) => ({
    path: object.key.slice(place.key.length),
    file: bucketUrl(object),
    object,
  }));
  return layOut(source, found, [], reading);
}

async function listBucketManifest(
  place: BucketPlace,
  buckets: ObjectReader,
  { outside }: SourceReading,
): Promise<SourceEntries> {
  const { bucket } = place;
  const url = bucketUrl(place);
  const bytes = checkManifestBytes(await buckets.read(place, MAX_MANIFEST_BYTES), refusalOf(url));
  const text = manifestText(url, bytes);
  const folder = posix.dirname(place.key);
  const fileOf = (path: string, line: number): string => {
    const key = posix.join(folder, path);
    if (path.startsWith("/") || /^[a-z][a-z0-9+.-]*:\/\//i.test(path) || key.startsWith("../")) {
      throw invalidLine(url, line, `${path} is not below the bucket: paths are relative to the manifest`);
    }
    if (outside !== "allow" && folder !== "." && !key.startsWith(`${folder}/`)) {
      throw outsideLine(url, line, path);
    }
    return bucketUrl({ bucket, key });
  };
  const listed = parseManifest(url, text, fileOf);
  const keys = listed.entries.map(({ file }) => parseBucketUrl(file).key);
  const objects = await buckets.list({ bucket, key: commonFolder(keys) });
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const entries = listed.entries.map((entry, index): SourceEntry => {
    const object = byKey.get(keys[index] ?? "");
    if (object !== undefined) return { ...entry, object };
    throw invalidLine(url, entry.line, `there is no object ${entry.file}`);
  });
  return bounded({ ...listed, entries });
}

/** What is too large for an image is not fetched: it is known beforehand that it is left out. */
function bounded({ entries, ...source }: SourceEntries): SourceEntries {
  const sha256 = unreadableMark(TOO_LARGE) as string;
  return {
    ...source,
    entries: entries.map((entry) =>
      (entry.object?.size ?? 0) > MAX_IMAGE_BYTES ? { ...entry, sha256 } : entry,
    ),
  };
}

/** The longest prefix of all keys that ends in a slash, or nothing. */
export function commonFolder(keys: readonly string[]): string {
  const [first = ""] = keys;
  let length = first.length;
  for (const key of keys) {
    while (!key.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, first.slice(0, length).lastIndexOf("/") + 1);
}
