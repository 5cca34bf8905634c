/** What `RUN|MODEL[@VERSION]` stands for: a registered model, or a run in whatever state it is. */

import { withFoldsOf } from "../client/models/folds.js";
import { resolveModel, resolveRunRecord } from "../client/models/reference.js";
import type { ArtifactOwner } from "../client/runs/artifacts.js";
import { artifactsOf, getRun, type RunView } from "../client/runs/watch.js";
import type { Session } from "../client/session.js";
import { ThawError } from "../spec/errors.js";
import type { StageKind } from "../spec/pipeline/stages.js";
import type { ModelVersion } from "../spec/records/model.js";

const REPORT: StageKind = "report";

/** The artifacts, and exactly one of the two that have them. */
export interface Owner extends ArtifactOwner {
  readonly model?: ModelVersion;
  readonly run?: RunView;
}

/** @throws ThawError NOT_FOUND, STORE_UNREACHABLE, TEMPORAL_UNREACHABLE */
export async function findOwner(session: Session, ref: string): Promise<Owner> {
  const { store } = session;
  const model = await modelNamed(session, ref);
  if (model !== undefined) {
    // The run's record lists the report too; it is written a moment after the model is registered.
    const record = await orUndefined(resolveRunRecord(store, model.runId));
    return { model: withFoldsOf(record, model), artifacts: record?.artifacts ?? model.artifacts };
  }
  const run = await getRun(session, ref);
  return { run, artifacts: artifactsOf(run) };
}

/** @throws ThawError NOT_FOUND for a run that goes on, or ended without a report, with what tells more */
export function requireReport({ run, model, artifacts }: Owner): void {
  if (artifacts[REPORT] !== undefined) return;
  if (run === undefined) {
    if (model === undefined) return;
    const { name, version, runId } = model;
    throw new ThawError("NOT_FOUND", `${name}@${version} has no report: the record of its run is not there`, {
      hint: `\`thaw explain ${runId}\` says what became of the run; its report may be on its way yet`,
    });
  }
  const { runId, status } = run;
  const isOn = status === "running";
  throw new ThawError(
    "NOT_FOUND",
    `${runId} ${isOn ? "has no report yet: it is running" : `has no report: it is ${status}`}`,
    {
      hint: isOn
        ? `\`thaw watch ${runId}\` follows it to its end`
        : `\`thaw explain ${runId}\` says why it ended so`,
    },
  );
}

/** Before files are fetched. @param what a stage, or one of its files @throws ThawError NOT_FOUND as {@link requireReport} */
export function requireFiles(owner: Owner, what: string): void {
  if (what === REPORT || what.startsWith(`${REPORT}/`)) requireReport(owner);
}

/** Undefined when `ref` names no model; a run's id also resolves to its model, but is not its name. */
async function modelNamed({ store }: Session, ref: string): Promise<ModelVersion | undefined> {
  const resolved = resolveModel(store, ref);
  const model = await (ref.includes("@") ? resolved : orUndefined(resolved));
  return model !== undefined && ref.split("@")[0] === model.name ? model : undefined;
}

async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ThawError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
