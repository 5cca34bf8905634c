/** What ingest writes about a set of images, and everybody else reads. */

export const SPLITS = ["train", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** One readable image of the dataset. Its pixels lie in a pack: `[offset, offset + length)` of `pack`. */
export interface ImageRecord {
  /** Path relative to the source folder (or as written in the manifest), with forward slashes. */
  readonly path: string;
  /** Index into the dataset's `classes`. */
  readonly label: number;
  /** Images of one group never cross splits (duplicates, or the user's own grouping). */
  readonly group: string;
  readonly split: Split;
  /** SHA-256 of the source file's bytes, hex. */
  readonly sha256: string;
  /** 64-bit perceptual hash of the decoded, upright image, 16 hex digits. */
  readonly phash: string;
  /** Size in pixels after EXIF orientation, before any down-scaling. */
  readonly width: number;
  readonly height: number;
  /** Decoder's name for the source format: jpeg, png, webp… */
  readonly format: string;
  /** Name of the pack file, e.g. `pack-000.bin`. */
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

/** A file that was left out, and why. */
export interface QuarantinedFile {
  readonly path: string;
  readonly reason: string;
}

export interface DatasetSummary {
  readonly classes: readonly string[];
  /** Images per class, in the order of `classes`, for each split. */
  readonly counts: Readonly<Record<Split, readonly number[]>>;
  readonly images: number;
  readonly quarantined: readonly QuarantinedFile[];
  /** Groups of more than one image whose bytes or perceptual hashes are (nearly) the same. */
  readonly duplicateGroups: number;
  /** Pack files, in order. */
  readonly packs: readonly string[];
}
