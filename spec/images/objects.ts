/** Objects in buckets: their addresses, and what reading images asks of a store. */
import { ThawError } from "../errors.js";

/** One object, or all objects whose keys begin with `key`. */
export interface BucketPlace {
  readonly bucket: string;
  readonly key: string;
}

/** An object as a listing shows it. */
export interface ListedObject extends BucketPlace {
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the object's bytes do; without its quotation marks. */
  readonly etag: string;
}

/** What `data/`, which knows nothing of S3, is handed to list images in buckets. */
export interface ObjectReader {
  /** For messages: where the buckets are. */
  readonly endpoint: string;
  /** @throws ThawError DATA_NOT_FOUND when there is no such bucket, STORE_DENIED, STORE_UNREACHABLE */
  list(place: BucketPlace): Promise<readonly ListedObject[]>;
  /**
   * @param most bytes that it may have
   * @throws ThawError DATA_NOT_FOUND when there is no such object, DATA_INVALID when it is larger, STORE_DENIED,
   *   STORE_UNREACHABLE
   */
  read(place: BucketPlace, most: number): Promise<Uint8Array>;
}

/** Two million lines of 128 bytes, and half of what a string can hold. */
export const MAX_MANIFEST_BYTES = 256_000_000;

const SCHEME = /^s3:\/\//i;

/** Whether `path` names a place in a bucket instead of a file. */
export function isBucketUrl(path: string): boolean {
  return SCHEME.test(path);
}

/**
 * @param url `s3://BUCKET` or `s3://BUCKET/KEY`
 * @throws ThawError USAGE when it names no bucket
 */
export function parseBucketUrl(url: string): BucketPlace {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(url) ?? [];
  if (bucket !== undefined) return { bucket, key };
  throw new ThawError("USAGE", `"${url}" names no bucket`, { hint: "write s3://BUCKET/PREFIX" });
}

export function bucketUrl({ bucket, key }: BucketPlace): string {
  return `s3://${bucket}/${key}`;
}
