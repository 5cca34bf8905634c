/** Finds the model version, or the run's record, that a person means: `NAME`, `NAME@3`, `NAME@champion`, a run id or `latest`. */
import { ThawError } from "../../spec/errors.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Store } from "../../store/connection/connection.js";
import { listAliases, readAlias } from "../../store/records/aliases.js";
import { listModels, listRuns, listVersions, readModel, readRun } from "../../store/records/records.js";
import { nearest } from "../nearest.js";
import { startOfRun } from "../runs/id.js";
import { LATEST, matchRunId, resolveRunId } from "../runs/resolve.js";
import type { Session } from "../session.js";

/**
 * @param ref `NAME` (its newest version), `NAME@VERSION`, `NAME@ALIAS`, the id of a run that ended well or a unique
 *   beginning of it, or `latest`
 * @throws ThawError NOT_FOUND with what there is, ARTIFACT_CORRUPT
 */
export async function resolveModel(store: Store, ref: string): Promise<ModelVersion> {
  const model = await findModel(store, ref);
  if (model !== undefined) return model;
  const run = await readStoredRun(store, await findRunId(store, ref));
  const registered = await readModel(store, run.model, run.version);
  if (registered !== undefined) return registered;
  throw new ThawError(
    "NOT_FOUND",
    `the model ${run.model}@${run.version} of run ${run.runId} is not in the store`,
    {
      hint: "it was deleted by hand; start the run again",
    },
  );
}

/**
 * The record of a run that ended well, with all of its artifacts.
 * @param ref like that of {@link resolveModel}; a model stands for the run that registered it
 * @throws ThawError NOT_FOUND with what there is
 */
export async function resolveRunRecord(store: Store, ref: string): Promise<RunResult> {
  const model = await findModel(store, ref);
  return readStoredRun(store, model?.runId ?? (await findRunId(store, ref)));
}

/**
 * The run that is meant, as `resolveRunId` has it, or the one that registered the model that is meant.
 * @throws ThawError NOT_FOUND, TEMPORAL_UNREACHABLE, STORE_…
 */
export async function resolveRunOrModel(session: Session, ref: string): Promise<string> {
  try {
    return await resolveRunId(session, ref);
  } catch (error) {
    if (!(error instanceof ThawError && error.code === "NOT_FOUND")) throw error;
    const model = await findModel(session.store, ref);
    if (model === undefined) throw error;
    return model.runId;
  }
}

/** @returns undefined when `ref` is no model's name @throws ThawError NOT_FOUND for a version that there is not */
async function findModel(store: Store, ref: string): Promise<ModelVersion | undefined> {
  const [, name = "", version] = /^([^@]+)(?:@(.+))?$/.exec(ref) ?? [];
  if (name === "" || name.includes("/")) return undefined;
  if (version === undefined) return readModel(store, name);
  const number = /^v?\d+$/.test(version)
    ? Number(version.replace(/^v/, ""))
    : (await readAlias(store, name, version))?.version;
  const model = number === undefined || number < 1 ? undefined : await readModel(store, name, number);
  if (model !== undefined) return model;
  const newest = (await listVersions(store, name)).at(-1);
  if (newest === undefined) return undefined;
  const versions = newest === 1 ? "version 1 only" : `versions 1 to ${newest}`;
  const aliases = (await listAliases(store, name)).map(({ alias }) => alias);
  const named = aliases.length === 0 ? "" : `, and the aliases ${aliases.join(", ")}`;
  throw new ThawError("NOT_FOUND", `there is no version ${version} of model ${name}`, {
    hint: `${name} has ${versions}${named}`,
  });
}

async function findRunId(store: Store, ref: string): Promise<string> {
  const ids = await listRuns(store);
  if (ids.includes(ref)) return ref;
  const newestFirst = ids.toSorted((a, b) => timeOf(b) - timeOf(a));
  const [newest] = newestFirst;
  if (ref === LATEST && newest !== undefined) return newest;
  // Every run's id begins with its model's name: with an @ it cannot be meant.
  const isPrefix = !ref.includes("@") && ids.some((id) => id.startsWith(ref));
  if (isPrefix && ref !== "") return matchRunId(ref, newestFirst);
  throw nothingMeant(ref, await listModels(store), newestFirst);
}

const timeOf = (runId: string): number => startOfRun(runId)?.getTime() ?? 0;

async function readStoredRun(store: Store, runId: string): Promise<RunResult> {
  const run = await readRun(store, runId);
  if (run !== undefined) return run;
  throw new ThawError("NOT_FOUND", `the store has no record of run ${runId}`, {
    hint: "only runs that ended well have one; `thaw runs` lists all of them",
  });
}

function nothingMeant(ref: string, models: readonly string[], runIds: readonly string[]): ThawError {
  const close = nearest(ref.replace(/@.*/, ""), [...models, ...runIds]);
  const known =
    models.length === 0 ? "there are no models yet: `thaw run` makes one" : `models: ${models.join(", ")}`;
  return new ThawError("NOT_FOUND", `there is no model and no finished run "${ref}"`, {
    hint: close.length === 0 ? known : `did you mean ${close.join(" or ")}? ${known}`,
  });
}
