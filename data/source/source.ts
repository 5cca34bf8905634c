/** Lists labelled images, cheaply: names only, no file or object is opened but a manifest. */
import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl, type ObjectReader } from "../../spec/images/objects.js";
import { NOT_REGULAR, reasonOfCode } from "../../spec/images/unreadable.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import { listBucket } from "./bucket.js";
import type { SourceEntries } from "./entries.js";
import { listFolder } from "./folder.js";
import { listManifest, MANIFEST_EXTENSIONS } from "./manifest.js";

/** What people download images in. */
const ARCHIVE = /\.(zip|7z|rar|tar|tgz|tbz2?|txz|(tar\.)?(gz|bz2|xz|zst))$/i;

/**
 * @param path a folder with one sub-folder per class or with folders of splits that have them, or a CSV/JSONL manifest; on disk, or `s3://BUCKET/PREFIX`
 * @param buckets reads those; without it they are refused
 * @param reading what the run file says of reading it (`data.folders`, `data.outside`)
 * @throws ThawError DATA_NOT_FOUND (nothing there), DATA_INVALID (a row of the manifest, with its line; folders that
 *   can be read in two ways),
 *   TOO_FEW_CLASSES (fewer than two), CLASS_EMPTY (a class folder without images); those of `buckets`
 */
export async function listSource(
  path: string,
  buckets?: ObjectReader,
  reading: SourceReading = {},
): Promise<SourceEntries> {
  if (isBucketUrl(path)) {
    if (buckets !== undefined) return listBucket(path, buckets, reading);
    throw new ThawError("USAGE", `${path} cannot be read here: images have to be files`);
  }
  const source = resolve(path);
  const found = await stat(source).catch((cause: unknown) => {
    throw new ThawError("DATA_NOT_FOUND", `there is no folder or manifest of images at ${source}`, {
      hint:
        "data.path is relative to the run file; it names a folder of class folders, or a .csv or .jsonl file; " +
        "images in a bucket are s3://BUCKET/PREFIX",
      cause,
    });
  });
  if (found.isDirectory()) return listFolder(source, reading);
  if (!found.isFile()) {
    throw new ThawError("DATA_INVALID", `${source} is no file: ${reasonOfCode(NOT_REGULAR)}`, {
      hint: "data.path names a folder of class folders, or a manifest as a file",
    });
  }
  if (MANIFEST_EXTENSIONS.includes(extname(source).toLowerCase())) return listManifest(source, reading);
  throw new ThawError("DATA_INVALID", `${source} is a file, but no manifest of images`, {
    hint: ARCHIVE.test(source)
      ? "unpack it, and name the folder with the class folders that come out of it"
      : `a manifest ends in ${MANIFEST_EXTENSIONS.join(" or ")}; else data.path names a folder of class folders`,
  });
}
