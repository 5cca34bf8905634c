/** What the version in use answers to the images that are new since it, as a step of retraining. */
import type { Metered } from "../records/usage.js";
import type { AskedRun } from "./retraining.js";

export interface NewestInBrief {
  /** Test images of the challenger that are new since the version in use. */
  readonly images: number;
  /** Of them, that the version in use gets right; absent where there are none. */
  readonly right?: number;
}

/** Heavy activity of retraining, on a training worker. */
export interface NewestActivities {
  /** Asks the version in use about images that it has never seen, and keeps what it answers. */
  answerNewest(request: {
    readonly run: AskedRun;
    readonly champion: number;
    readonly challenger: number;
  }): Promise<Metered<NewestInBrief>>;
}
