/** Lists runs, newest first, also those that Temporal has forgotten. */
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { FoldsInBrief } from "../../spec/records/folds.js";
import type { Pause } from "../../spec/steering/steering.js";
import type { Warning } from "../../spec/warnings/warning.js";
import { unlessDamaged } from "../../store/record.js";
import { listModels, listRuns as listStoredRuns, readRun } from "../../store/records/records.js";
import { requireModel } from "../models/requireModel.js";
import type { Session } from "../session.js";
import { listExecutions, modelOf, pauseOf, type RunStatus, statusOf } from "../temporal/executions.js";
import { accuracyKey } from "../temporal/searchAttributes.js";
import { startOfRun } from "./id.js";

export interface RunListing {
  readonly runId: string;
  readonly model: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  /** Accuracy in [0, 1] on the held-out images, of completed runs. */
  readonly testAccuracy?: number;
  /** What the folds of a completed run said; absent without folds. */
  readonly folds?: FoldsInBrief;
  /** Of a running run that is paused, or about to be. */
  readonly paused?: Pause;
  /** Of a completed run; absent without any, and of runs of older versions. */
  readonly warnings?: readonly Warning[];
}

export interface ListedRuns {
  readonly runs: readonly RunListing[];
  /** Records of listed runs that cannot be read: what they say is left out. */
  readonly damaged: readonly DamagedRecord[];
  /** Older runs that match and are beyond the limit. */
  readonly more: number;
}

export interface ListOptions {
  readonly limit: number;
  /** Only runs of this model. */
  readonly model?: string;
  /** Only runs in this state. */
  readonly status?: ListedStatus;
  /** Only runs that started then or later. */
  readonly since?: Date;
}

/** A paused run is a running one to Temporal, and something else to people. */
export type ListedStatus = RunStatus | "paused";

/** @throws ThawError NOT_FOUND for a model that nothing is known of, TEMPORAL_UNREACHABLE, STORE_… */
export async function listRuns(session: Session, options: ListOptions): Promise<ListedRuns> {
  const { limit, model } = options;
  const executions = await listExecutions(session, model);
  const known = new Set(executions.map((run) => run.workflowId));
  const listings = executions.map((run): RunListing => {
    const accuracy = run.typedSearchAttributes.get(accuracyKey);
    const status = statusOf(run);
    const paused = status === "running" ? pauseOf(run) : undefined;
    return {
      runId: run.workflowId,
      model: modelOf(run),
      status,
      startedAt: run.startTime,
      ...(run.closeTime === undefined ? {} : { closedAt: run.closeTime }),
      ...(accuracy === undefined ? {} : { testAccuracy: accuracy }),
      ...(paused === undefined ? {} : { paused }),
    };
  });
  const stored = await listStoredRuns(session.store);
  const forgotten = stored
    .filter((runId) => !known.has(runId))
    .flatMap((runId) => forgottenRun(runId))
    .filter((run) => model === undefined || run.model === model);
  if (model !== undefined && listings.length + forgotten.length === 0)
    await requireModel(session.store, model, await namesOfModels(session, stored));
  const matching = [...listings, ...forgotten]
    .filter((run) => isWanted(run, options))
    .toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  const newest = matching.slice(0, limit);
  const damaged: DamagedRecord[] = [];
  const runs = await Promise.all(newest.map((run) => withRecord(session, run, damaged)));
  return { runs, damaged, more: matching.length - newest.length };
}

/** Of registered ones, and of those that runs were to make. @param stored ids of the runs that the store has records of */
async function namesOfModels(session: Session, stored: readonly string[]): Promise<readonly string[]> {
  const started = (await listExecutions(session, undefined)).map(modelOf);
  const ended = stored.flatMap(forgottenRun).map(({ model }) => model);
  return [...new Set([...started, ...ended, ...(await listModels(session.store))])].sort();
}

/** Whether a run is one of those that are asked for. */
export function isWanted(
  run: Pick<RunListing, "status" | "startedAt" | "paused">,
  { status, since }: Pick<ListOptions, "status" | "since">,
): boolean {
  const shown = run.paused === undefined ? run.status : "paused";
  return (status === undefined || shown === status) && (since === undefined || run.startedAt >= since);
}

/** Only runs that ended well have a record in the store. */
function forgottenRun(runId: string): readonly RunListing[] {
  const startedAt = startOfRun(runId);
  if (startedAt === undefined) return [];
  return [{ runId, model: modelOf({ workflowId: runId, memo: {} }), status: "completed", startedAt }];
}

/** The record has what the server does not: the folds, and the accuracy where there are no search attributes. */
async function withRecord(
  { store }: Session,
  run: RunListing,
  damaged: DamagedRecord[],
): Promise<RunListing> {
  if (run.status !== "completed") return run;
  const record = await unlessDamaged(readRun(store, run.runId), damaged);
  if (record === undefined) return run;
  const { testAccuracy, folds, warnings } = record;
  return {
    ...run,
    testAccuracy,
    ...(folds === undefined ? {} : { folds }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}
