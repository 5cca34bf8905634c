/** What the comparison of several bases measures and decides. */
import type { PassSpeed } from "./features.js";
import type { DomainDistance, DomainVerdict, ProbeResult } from "./recipe.js";

/** A candidate on the run's training and validation images. */
export interface BaseCandidate {
  /** As the run file has it. */
  readonly name: string;
  readonly probe: ProbeResult;
  readonly logMe: number;
  readonly hScore: number;
  /** Leave-one-out accuracy of the nearest neighbours. */
  readonly neighbours: number;
  /**
   * How far the images are from this base's own pretraining. Absent in comparisons of version 1, and where the recipe
   * of the candidate has none, as of layers models.
   */
  readonly domain?: Pick<DomainDistance, "distance" | "error"> & Pick<DomainVerdict, "verdict">;
  /**
   * Wall-clock time of the stage for one view of one image, decoding included; absent where all of them were copied from
   * earlier runs.
   */
  readonly secondsPerView?: number;
  /** Absent in comparisons before version 4. */
  readonly cost?: BaseCost;
}

/** What a base costs to run. */
export interface BaseCost {
  /** Multiplications with addition for one view; like the bytes absent where nobody knows, as of layers models. */
  readonly multiplyAdds?: number;
  /** Of all its numbers in float32. */
  readonly weightBytes?: number;
  /** What the frozen pass holds at least: weights, and the largest layer's input and output for a batch of 32. */
  readonly passBytes?: number;
  /** Measured when its features were computed; absent where fewer than two batches were. */
  readonly speed?: PassSpeed;
}

export interface BaseComparison {
  /** The best first. */
  readonly candidates: readonly BaseCandidate[];
  /** The best one's name. */
  readonly chosen: string;
  /** One sentence that says why, with the figures. */
  readonly reason: string;
  /** A base that costs less, cannot be told apart from the chosen one and was not taken; absent where there is none. */
  readonly cheaper?: CheaperBase;
  /** The base whose probe is best, where a cheaper one was chosen instead. */
  readonly passedOver?: PassedOver;
}

/** The cheapest of those whose probe is within the interval of the best one's, and not proven to be worse. */
export interface CheaperBase {
  readonly name: string;
  /** How many times the multiply-adds of the chosen one are its own. */
  readonly times: number;
  /** Probability that chance alone gives the chosen one such a lead: McNemar's exact test, one-sided. */
  readonly pValue: number;
  /**
   * Why it was not taken: its probe is lower by more than a standard error or than hardly any images, its LogME is lower, or
   * it saves less than half. Absent in comparisons before version 5.
   */
  readonly but?: "probe" | "logMe" | "saving";
}

/** The most accurate base, which cost has decided against. */
export interface PassedOver {
  readonly name: string;
  /** How many times those of the chosen one its multiply-adds are. */
  readonly times: number;
  /** Probability that chance alone gives it such a lead over the chosen one: one-sided, as of {@link CheaperBase}. */
  readonly pValue: number;
  /** `ceiling`: the chosen one has hardly an image wrong. `alike`: probe and LogME are alike, and it has half the work or less. */
  readonly ground: "ceiling" | "alike";
}
