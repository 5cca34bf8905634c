/** Shards of ingest: parts of a source's images that are read by themselves, before one activity puts them together. */
import type { ListedObject } from "./objects.js";

/** An image of a shard: what its bytes are known by, and where they lie. Of `object` and `sha256` it has one. */
export interface ImageToRead {
  /** As in the source. */
  readonly path: string;
  /** SHA-256 of the bytes, hex, of a file or of an uploaded image. */
  readonly sha256?: string;
  /** Absolute, where it lies on the machines that see the source. */
  readonly file?: string;
  /** Bytes, of an uploaded image. */
  readonly size?: number;
  /** Of an image in a bucket, whose listing does not tell its digest. */
  readonly object?: ListedObject;
}

/** A line of the list of a source's shards. */
export interface ImageShard {
  /** Absolute path without links of the folder that no file may lie outside of; absent where they may, or lie elsewhere. */
  readonly within?: string;
  /** In the order of their paths. */
  readonly images: readonly ImageToRead[];
}

/** One of them on this machine. */
export interface ImageFile {
  readonly file: string;
  /** That its bytes have to have; absent where it is not known before they are read. */
  readonly sha256?: string;
}

/** Summary of a shard's artifact. */
export interface ImageShardSummary {
  readonly images: number;
  /** Those of them that are no images, or damaged ones. */
  readonly unreadable: number;
}

/** A shard on this machine, for ingest to take its pictures from. */
export interface TakenShard {
  /** Of its files; it goes once they are taken. */
  readonly folder: string;
  /** Place of its first image among those of the source that are read, from 0. */
  readonly from: number;
  readonly images: number;
}
