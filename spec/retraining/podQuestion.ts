/** What a retraining asks beside its run where training workers are in pods: a workflow of its own, which has a pod of its own. */
import type { RunInput } from "../pipeline/run.js";
import type { PodStage } from "../pods/stages.js";
import type { DriftInBrief } from "../records/drift.js";
import type { Metered } from "../records/usage.js";
import type { DriftActivities } from "./drift.js";
import type { NewestActivities, NewestInBrief } from "./newest.js";

/** Name of the workflow. Its id has the shape of a run's: Job, queue and log are named by it. */
export const POD_QUESTION_TYPE = "podQuestion";
/** Query that answers with the {@link PodState} of its pod; null while there is none. */
export const QUESTION_POD_QUERY = "questionPod";
/** The stage whose settings its pod has: both questions put images through a finished model once, as that does. */
export const QUESTION_STAGE = "evaluate" satisfies PodStage;

export type Question =
  | ({ readonly kind: "drift" } & Omit<Parameters<DriftActivities["compareDrift"]>[0], "run">)
  | ({ readonly kind: "newest" } & Omit<Parameters<NewestActivities["answerNewest"]>[0], "run">);

/** What each question is answered with. */
export interface Answers {
  readonly drift: DriftInBrief;
  readonly newest: NewestInBrief;
}
export type Answer = Metered<Answers[keyof Answers]>;

export interface PodQuestion {
  /** As the retraining would train, under the workflow's own id, and with the retraining's as lineage. */
  readonly run: RunInput;
  readonly question: Question;
}

/** Light activity of questions, on the control worker. */
export interface QuestionActivities {
  /** The answer that is in the store; null where a training worker has to give it. */
  findAnswer(asked: PodQuestion): Promise<Answer | null>;
}
