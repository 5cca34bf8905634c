/** The heavy activities, loaded with the first of them: a worker that waits for one starts in half the processor time. */
import type { TrainingActivities } from "../spec/pipeline/activities.js";
import type { DriftActivities } from "../spec/retraining/drift.js";
import type { NewestActivities } from "../spec/retraining/newest.js";
import { typedFailures } from "./life/failures.js";

type HeavyActivities = TrainingActivities & DriftActivities & NewestActivities;

/** The server is told the names when the worker begins. */
const NAMES: Readonly<Record<keyof HeavyActivities, true>> = {
  planImageShards: true,
  readImageShards: true,
  ingest: true,
  planShards: true,
  extractShards: true,
  extractFeatures: true,
  chooseRecipe: true,
  trainHead: true,
  tuneStage: true,
  trainFold: true,
  trainScratch: true,
  evaluate: true,
  answerNewest: true,
  compareDrift: true,
};

/** @param load is called once; again, with the next activity, where it failed */
export function trainingOnDemand(load: () => Promise<HeavyActivities>): HeavyActivities {
  let loading: Promise<HeavyActivities> | undefined;
  const activities = (): Promise<HeavyActivities> => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const activity = (name: string) =>
    typedFailures(async (request: unknown) => {
      const loaded = (await activities()) as unknown as Record<
        string,
        (request: unknown) => Promise<unknown>
      >;
      return loaded[name]?.(request);
    });
  return Object.fromEntries(
    Object.keys(NAMES).map((name) => [name, activity(name)]),
  ) as unknown as HeavyActivities;
}
