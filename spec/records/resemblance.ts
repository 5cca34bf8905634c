/** Whether validation and test images are alike: what was chosen and fitted on the first is judged on the second. */

export interface Resemblance {
  /** `unknown`: too few images to tell. */
  readonly verdict: "alike" | "differs" | "unknown";
  /** What differs, and what follows, in one or two sentences. */
  readonly sentence: string;
  /** The model on both. */
  readonly accuracy: {
    /** In [0, 1]. */
    readonly validation: number;
    readonly test: number;
    readonly validationImages: number;
    readonly testImages: number;
    /** 95 % interval of validation − test; images of one group are no independent witnesses. */
    readonly interval: readonly [low: number, high: number];
    readonly differs: boolean;
  };
  /** The pictures themselves, by the base's features: the energy test, class by class. Absent where no class is on both sides. */
  readonly pictures?: {
    /** Compared: one image of each group. */
    readonly validationImages: number;
    readonly testImages: number;
    /** Energy coefficient in [0, 1], and what chance alone gives. */
    readonly coefficient: number;
    readonly expected: number;
    readonly pValue: number;
    /** Never where thaw has dealt the images out: then it is the luck of the draw. */
    readonly differs: boolean;
  };
}

/** What records of runs and models keep of it. */
export type ResemblanceInBrief = Pick<Resemblance, "verdict" | "sentence">;

/** What is to be said before anything else of a run or a model; undefined where nothing differs. */
export function warningOf(resemblance: ResemblanceInBrief | undefined): string | undefined {
  return resemblance?.verdict === "differs" ? resemblance.sentence : undefined;
}
