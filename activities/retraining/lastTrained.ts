/** What a model was trained of last: what a look at its images is held against. */
import type { ModelVersion } from "../../spec/records/model.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { newestRun } from "../../store/records/records.js";

const SECOND_MS = 1000;

/** What a version was last made of. */
export interface Reference extends ModelVersion {
  readonly trained: Date;
}

/**
 * The newest run, or the newest version where that run left no record. Not every run makes a version: one that learned again
 * what is known, from images or settings that are other ones all the same, would else be due at every look.
 */
export async function lastTrained(
  store: Store,
  name: string,
  versions: readonly ModelVersion[],
): Promise<Reference | undefined> {
  const newest = versions.at(-1);
  if (newest === undefined) return undefined;
  const registered = { ...newest, trained: new Date(newest.createdAt) };
  const run = await unlessDamaged(newestRun(store, name), []);
  const version = versions.find((one) => one.version === run?.result.version);
  if (run === undefined || version === undefined) return registered;
  // The id tells the second that it started in.
  const startedBefore = run.started.getTime() + SECOND_MS <= registered.trained.getTime();
  if (newest.runId !== run.result.runId && startedBefore) return registered;
  return { ...version, artifacts: run.result.artifacts, trained: run.started };
}
