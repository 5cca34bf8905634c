/** What the comparison of several bases measures and decides. */
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
  /** Wall-clock time of the frozen base for one view of one image. */
  readonly secondsPerView: number;
}

export interface BaseComparison {
  /** The best first. */
  readonly candidates: readonly BaseCandidate[];
  /** The best one's name. */
  readonly chosen: string;
  /** One sentence that says why, with the figures. */
  readonly reason: string;
}
