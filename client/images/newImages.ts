/** Images without labels – in a folder, or below a prefix of a bucket – as files on this machine. */
import { sampled } from "../../data/sampled.js";
import { isImageName } from "../../data/source/fileNames.js";
import { ThawError } from "../../spec/errors.js";
import { bucketUrl, isBucketUrl, type ListedObject, parseBucketUrl } from "../../spec/images/objects.js";
import { MAX_IMAGE_BYTES } from "../../spec/images/unreadable.js";
import type { Progress } from "../../spec/records/training.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { fetchObject, fileOfObject, isFetched } from "../../store/images/files.js";
import { forEachParallel } from "../../store/parallel.js";
import { expandFiles } from "./files.js";

export interface NewImages {
  /** How many there are. */
  readonly found: number;
  /** All of them, or a sample: how they are named, and where they lie. */
  readonly files: readonly { readonly path: string; readonly file: string }[];
}

export interface WhereImages {
  readonly store: Store;
  /** Where images of buckets are kept for a while. */
  readonly workFolder: string;
  /** A folder, a file, or `s3://BUCKET/PREFIX`. */
  readonly where: string;
  /** Whether links in a folder may lead out of it. */
  readonly outside?: boolean;
  /** Of more images a sample is taken. */
  readonly most: number;
  readonly onProgress: (progress: Progress) => void;
}

const PARALLEL = 8;

/** @throws ThawError DATA_NOT_FOUND where there are none, DATA_INVALID, STORE_… */
export async function newImages(options: WhereImages): Promise<NewImages> {
  if (isBucketUrl(options.where)) return imagesOfBucket(options);
  const { where, most, outside = false } = options;
  const { files } = await expandFiles([where], outside);
  const chosen = sampled(files, most, "files of new images");
  return { found: files.length, files: chosen.map((file) => ({ path: file, file })) };
}

async function imagesOfBucket({
  store,
  workFolder,
  where,
  most,
  onProgress,
}: WhereImages): Promise<NewImages> {
  const { bucket, key } = parseBucketUrl(where);
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const objects = await bucketReader(store).list({ bucket, key: prefix });
  // What is too large for an image is not fetched.
  const images = objects.filter(({ key: name, size }) => isImageName(name) && size <= MAX_IMAGE_BYTES);
  if (images.length === 0) {
    throw new ThawError("DATA_NOT_FOUND", `there are no images below ${bucketUrl({ bucket, key: prefix })}`, {
      hint: `the buckets are those at ${store.endpoint}; images are told by their extensions, e.g. .jpg or .png`,
    });
  }
  const chosen = sampled(images, most, "files of new images");
  const fileOf = (object: ListedObject): string => fileOfObject(workFolder, store.endpoint, object);
  let done = 0;
  await forEachParallel(chosen, PARALLEL, async (object) => {
    const file = fileOf(object);
    if (!(await isFetched(file, object.size))) await fetchObject(store, object, file);
    onProgress({ phase: "fetching new images", step: ++done, total: chosen.length });
  });
  return {
    found: images.length,
    files: chosen.map((object) => ({ path: bucketUrl(object), file: fileOf(object) })),
  };
}
