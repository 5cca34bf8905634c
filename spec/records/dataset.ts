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
  /**
   * Of a test image: an image outside of the test split is the same file (`bytes`), or only looks the same (`look`),
   * whether or not a repair left it out. Absent in datasets of older versions.
   */
  readonly twin?: "bytes" | "look";
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
  /**
   * It cannot be read, is a copy of a held-out image, is known to the base, or ties what earlier versions were trained on to
   * what they hold out. Absent in datasets of older versions.
   */
  readonly why?: "unreadable" | "copy" | "known" | "ties";
}

/** A list cut to what a person can look at: `count` are there, the first of them are in `shown`. */
export interface Listed<Item> {
  readonly count: number;
  readonly shown: readonly Item[];
}

/** An image that a fault names. */
export interface FaultImage {
  readonly path: string;
  /** Index into `classes`. */
  readonly label: number;
  readonly split: Split;
  /** True when it was left out of the dataset because of the fault. */
  readonly dropped?: true;
}

/** Images that are copies of each other: the same bytes, or perceptual hashes that are nearly the same. */
export interface CopyGroup {
  /** Whether all of them are the same bytes. */
  readonly sameBytes: boolean;
  readonly images: Listed<FaultImage>;
}

/** Whether something about the files, which is not what they show, tells one class from the others. */
export interface Shortcut {
  /** What was looked at, in words: `file format`, `image size`… */
  readonly property: string;
  /** Index of the class that it tells apart best. */
  readonly label: number;
  /**
   * Balanced accuracy in [0, 1] of "this class or another?" from the property alone, cross-validated; chance is 0.5.
   * Of the file size less what the picture's plainness explains.
   */
  readonly balancedAccuracy: number;
  /** Of a permutation test: share of shuffled data sets in which some class is told apart as well. */
  readonly pValue: number;
}

/** What is wrong or suspicious about the images, found before anything is learned from them. */
export interface DataFaults {
  /** All groups of copies. They never cross splits, unless the user's own splits say so (see `leaks`). */
  readonly duplicates: Listed<CopyGroup>;
  /** Those of them in which the same bytes have different labels: at least one of the labels is wrong. */
  readonly conflicts: Listed<CopyGroup>;
  /**
   * Those of them whose images have different labels and only look alike: they may all be right. Absent in datasets of
   * older versions, whose `conflicts` hold them, too.
   */
  readonly lookAlikes?: Listed<CopyGroup>;
  /** Groups of copies that the user's own splits tear apart; undefined when the splits are ours. */
  readonly leaks?: Listed<CopyGroup> & {
    /** `repair`: copies of held-out images were left out; `report`: they are still there. */
    readonly policy: "repair" | "report";
    /** How many images were left out. */
    readonly dropped: number;
  };
  readonly imbalance: {
    /** Images of the largest class for each image of the smallest. */
    readonly ratio: number;
    /** Indices of the smallest and the largest class. */
    readonly smallest: number;
    readonly largest: number;
    /** Indices of the classes with fewer images than that. */
    readonly below5: readonly number[];
    readonly below20: readonly number[];
  };
  /** Images whose bytes are of another format than their name says; they were used. */
  readonly misnamed: Listed<{ readonly path: string; readonly format: string }>;
  /** Images in which all pixels have the same colour; they were used. Absent in older datasets. */
  readonly oneColour?: Listed<{ readonly path: string; readonly label: number }>;
  /** The few images of another format than all the others, as placeholders are; they were used. Absent in older datasets. */
  readonly oddFormats?: Listed<{ readonly path: string; readonly format: string }>;
  /** Absent without any, and in older datasets. */
  readonly darkSamples?: DarkSamples;
  /** Absent without any, and in older datasets. */
  readonly layersLeftOut?: LayersLeftOut;
  /** What is odd about the names of classes and folders, in sentences without a full stop. Absent in older datasets. */
  readonly notes?: readonly string[];
  /** Files of the source folder that were passed over. */
  readonly ignored: Listed<{ readonly path: string; readonly reason: string }>;
  readonly shortcuts: readonly Shortcut[];
}

/** How many images hold more than the three colours that were used, and one of them. */
export interface LayersLeftOut {
  /** Of several pages or frames, of which the first was used. */
  readonly pages?: CountedImages;
  /** Of pixels that are not wholly opaque, behind which the background was put. */
  readonly transparent?: CountedImages;
}

interface CountedImages {
  readonly count: number;
  readonly example: string;
}

/** Images with 16 bits a sample that were used as they are, of which all stay below 2^bits. */
export interface DarkSamples {
  readonly count: number;
  /** 15 at most. */
  readonly bits: number;
  /** Of all of them. */
  readonly brightest: number;
}

/** What of the images the base has met before, where it is a model that thaw tuned. Counts of images. */
export interface KnownToBase {
  /** Images for training and validation that the base was tuned with. */
  readonly learned: number;
  /** Held out now, and held out then. */
  readonly heldOut: number;
  /** Left out, because the user's own splits hold them out and the base has learned from them. */
  readonly dropped: number;
  /** Held out by the user's own splits although the base has learned from them (`data.leaks: report`). */
  readonly flattering: number;
}

/** What of the images earlier versions of the model have met, where the run is a retraining. Counts of images. */
export interface KnownFromBefore {
  /** In the split that they had. */
  readonly kept: number;
  /** Never met before. */
  readonly fresh: number;
  /** In another split than before, because the user's own splits say so. */
  readonly moved: number;
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
  /** Undefined in datasets of older versions. */
  readonly faults?: DataFaults;
  /** Absent where the base is not a model that was tuned. */
  readonly knownToBase?: KnownToBase;
  /** Absent where the run is no retraining. */
  readonly knownFromBefore?: KnownFromBefore;
}
