/** Whether new images look like those that a model was evaluated on, what differs, and whether it may hurt. */
import type { Listed } from "./dataset.js";

export const DRIFT_VERDICTS = ["same", "different", "may-hurt", "cannot-say"] as const;
export type DriftVerdict = (typeof DRIFT_VERDICTS)[number];

/** What differs: nothing provably, the pictures, the shares of the classes, or both. */
export const DRIFT_KINDS = ["none", "inputs", "labels", "both"] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** Whether a classifier tells new from held-out images by the features that the model's head sees. */
export interface TwoSampleTest {
  /** Area under the ROC curve, cross-fitted: 0.5 is not at all, 1 is always. */
  readonly auc: number;
  /** That it is as large when images are dealt to the two sides at random, in (0, 1]. */
  readonly pValue: number;
  /** The same where they are dealt within the predicted classes: what other shares of the classes do not explain. */
  readonly pWithinClasses: number;
}

/** The probabilities that the model gives a class, new against held-out: a Kolmogorov–Smirnov test. */
export interface ClassOutputs {
  readonly name: string;
  /** Largest distance of the two distribution functions, in [0, 1]. */
  readonly distance: number;
  /** Exact, adjusted for the number of classes (Holm). */
  readonly pValue: number;
  /** Share of the images that are predicted as the class. */
  readonly heldOutShare: number;
  readonly newShare: number;
  /** Of Fisher's exact test of the shares, adjusted likewise. */
  readonly sharePValue: number;
}

/** An estimate of the accuracy on images without labels. */
export interface AccuracyEstimate {
  /** `confidence`: difference of mean confidences; `threshold`: average thresholded confidence. */
  readonly method: "confidence" | "threshold";
  /** In [0, 1]. */
  readonly accuracy: number;
  /** In 95 of 100 halvings of the held-out images it was off by no more: without drift, and more with. */
  readonly error: number;
}

/** A property of the files or pixels that new and held-out images have in different measure. */
export interface PropertyDifference {
  readonly name: string;
  /** Largest distance of the distribution functions, or of the shares of any set of values: 0 is equal, 1 is disjoint. */
  readonly effect: number;
  /** Adjusted for the number of properties (Holm). */
  readonly pValue: number;
  readonly sentence: string;
}

/** An image that looks new: by the classifier's score, which comes from the images of the other folds. */
export interface NewLooking {
  readonly path: string;
  readonly predicted: string;
  /** Probability of the predicted class, in [0, 1]. */
  readonly confidence: number;
  /** Distance to the nearest held-out image, in the median distance that those have among themselves. */
  readonly distance: number;
}

/** What was given and what of it was compared. Counts of images. */
export interface DriftImages {
  /** Found; of very many a sample is read. */
  readonly found: number;
  readonly read: number;
  readonly unreadable: Listed<{ readonly path: string; readonly error: string }>;
  /** The model's data set has them, or copies: they are no new images. */
  readonly known: number;
  /** Further copies of new images. */
  readonly copies: number;
  /** One of each group of copies, at most so many as are compared. */
  readonly compared: number;
  readonly heldOut: number;
}

/** What the comparison comes to; a pure function of two samples. */
export interface DriftFindings {
  readonly verdict: DriftVerdict;
  readonly kind: DriftKind;
  /** One sentence with the figures, without a full stop. */
  readonly sentence: string;
  /** Probability that anything is said to differ where nothing does. */
  readonly level: number;
  /** Absent, like what follows, with too few images. */
  readonly test?: TwoSampleTest;
  /** That the shares of the predicted classes differ as much by chance: chi-square, permuted. */
  readonly sharesPValue?: number;
  /** In the order of the model's classes. */
  readonly outputs?: readonly ClassOutputs[];
  readonly accuracy: {
    /** Of the held-out images that were compared, in [0, 1]. */
    readonly heldOut: number;
    /** Absent where no estimate holds. */
    readonly estimates?: readonly AccuracyEstimate[];
    /** Why there is none. */
    readonly unknown?: string;
  };
  /** That differ provably, most first. */
  readonly properties: readonly PropertyDifference[];
  /** Median distance to the nearest held-out image, in that which held-out images have: shown, and no measure of accuracy. */
  readonly distance?: number;
  /** Newest-looking first, at most 12; none where nothing differs. */
  readonly newest: readonly NewLooking[];
}

/** The answer of a `drift` job. */
export interface DriftReport extends DriftFindings {
  readonly images: DriftImages;
}

/** A record of a comparison (`models/NAME/drift/KEY.json`), and the digest of what it says. */
export interface DriftRef {
  readonly record: string;
  readonly digest: string;
}

/** What a look says of the new images, beside the record. */
export interface DriftInBrief {
  /** The version that they were held against. */
  readonly version: number;
  /** Absent where it could not be told. */
  readonly verdict?: DriftVerdict;
  /** The verdict with its figures, or why there is none. */
  readonly sentence: string;
  /** What differs in files and pixels, the most differing first. */
  readonly causes?: readonly string[];
  /** Paths of the images that look newest, first the newest. */
  readonly newest?: readonly string[];
  /** New images that were compared. */
  readonly compared?: number;
  readonly record?: DriftRef;
}

/** What is kept of a comparison, `models/NAME/drift/KEY.json`: the key is the digest of all that it depends on. */
export interface DriftRecord extends DriftReport {
  readonly model: { readonly name: string; readonly version: number };
  /** When it was made, ISO 8601. */
  readonly at: string;
  /** Digest of all images as they were listed then. */
  readonly source: string;
  /** SHA-256 of the newest-looking images' bytes, by path: whoever shows a picture can tell whether it is still that. */
  readonly bytes: Readonly<Record<string, string>>;
}
