/**
 * What must stay: runs that go on, are recent, are pinned or made a model; models; bases. All records below `models/` – versions, logs of
 * aliases, proofs, looks – stay whatever they are: collection lists none of them.
 */
import type { ArtifactRef } from "../../spec/artifact.js";
import type { LiveStage, StageState } from "../../spec/pipeline/run.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { manifestName } from "../../store/artifacts/artifacts.js";
import { unlessDamaged } from "../../store/record.js";
import { listBaseNames, listBaseVersions, readBase } from "../../store/records/bases.js";
import { listPins } from "../../store/records/pins.js";
import { listModels, listRuns, listVersions, readModel, readRun } from "../../store/records/records.js";
import { listSchedules } from "../../store/records/schedules.js";
import { basesOfRun, type StoredBase } from "../bases/ofRun.js";
import { currentState } from "../runs/currentStages.js";
import { startOfRun } from "../runs/id.js";
import type { Session } from "../session.js";
import { listExecutions, runningRetrainings, statusOf } from "../temporal/executions.js";

/** The ends from which everything is reached. */
export interface Roots {
  /** Names of artifacts' manifests in the bucket. */
  readonly manifests: ReadonlySet<string>;
  /** Digests of data objects that belong to no artifact: checkpoints of bases. */
  readonly digests: ReadonlySet<string>;
  /** Ids of the runs that are kept. */
  readonly runs: ReadonlySet<string>;
  /** Records that cannot be read: what they keep is not known. */
  readonly damaged: readonly DamagedRecord[];
  /**
   * A run that goes on has no features yet: it may be computing shards, which no record names. Once the features are there
   * nothing refers to their shards, and they go.
   */
  readonly keepsShards: boolean;
}

/** @param oldest runs that started before it are kept only for a reason */
export async function collectRoots(session: Session, oldest: Date): Promise<Roots> {
  const manifests = new Set<string>();
  const digests = new Set<string>();
  const runs = new Set<string>();
  const damaged: DamagedRecord[] = [];
  let keepsShards = false;
  const keepArtifacts = (refs: Iterable<ArtifactRef>): void => {
    for (const { kind, key } of refs) manifests.add(manifestName(kind, key));
  };
  const keepBase = (base: StoredBase | undefined): void => {
    keepArtifacts([...(base?.layers ?? []), ...(base?.tunedOn ?? [])]);
    if (base?.checkpoint !== undefined) digests.add(base.checkpoint.digest);
  };
  const { store } = session;

  for (const name of await listBaseNames(store)) {
    for (const version of await listBaseVersions(store, name)) {
      const base = await unlessDamaged(readBase(store, name, version), damaged);
      if (base !== undefined) digests.add(base.checkpoint.digest);
    }
  }
  for (const name of await listModels(store)) {
    for (const version of await listVersions(store, name)) {
      const model = await unlessDamaged(readModel(store, name, version), damaged);
      if (model === undefined) continue;
      runs.add(model.runId);
      keepArtifacts([model.weights, ...Object.values(model.artifacts)]);
      keepBase(model.baseSpec);
    }
  }
  for (const runId of await listPins(store)) runs.add(runId);
  // What its next look trains with; the bases may have been removed from the list since.
  for (const { input } of await listSchedules(store, damaged)) {
    const { base, candidates = {} } = input.run;
    for (const one of [base, ...Object.values(candidates)]) keepBase(one);
  }
  for (const run of await listExecutions(session, undefined)) {
    if (statusOf(run) !== "running") continue;
    runs.add(run.workflowId);
    const { stages } = await currentState(session, run.workflowId);
    keepArtifacts(stages.flatMap(({ artifact }) => artifact ?? []));
    keepsShards ||= stages.some(isWithoutFeatures);
    // It may have been removed from the list since.
    for (const base of await basesOfRun(session, run.workflowId)) keepBase(base);
  }
  // They refer to uploads in their own name, before and while their runs read them.
  for (const workflowId of await runningRetrainings(session)) runs.add(workflowId);
  for (const runId of await listRuns(store)) {
    const started = startOfRun(runId);
    if (started !== undefined && started >= oldest) runs.add(runId);
    if (!runs.has(runId)) continue;
    const run = await unlessDamaged(readRun(store, runId), damaged);
    keepArtifacts(Object.values(run?.artifacts ?? {}));
    // A retraining: what it uploaded is what the run has read.
    if (run?.lineage !== undefined) runs.add(run.lineage);
  }
  return { manifests, digests, runs, damaged, keepsShards };
}

/** Candidate bases have such stages of their own, `features-1`…; what they have made is in the store then. */
function isWithoutFeatures({ name, state }: Pick<LiveStage, "name" | "state">): boolean {
  return /^features(-\d+)?$/.test(name) && !FEATURES_OVER.has(state);
}

const FEATURES_OVER: ReadonlySet<StageState> = new Set(["done", "cached", "skipped", "not-run"]);
