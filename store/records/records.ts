/** Records of runs and of model versions. */
import { ThawError } from "../../spec/errors.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import { modelOfRun, startOfRun } from "../../spec/pipeline/runId.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { modelVersionSchema } from "../../spec/schemas/records/model.js";
import { runResultSchema } from "../../spec/schemas/records/run.js";
import type { Store } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecord, writeRecordOnce } from "../record.js";

export const RUNS_PREFIX = "runs/";
const runName = (runId: string): string => `${RUNS_PREFIX}${runId}.json`;
/** Where a version's record lies in the bucket. */
export const modelRecordName = (name: string, version: number): string => `models/${name}/v${version}.json`;

export async function writeRun(store: Store, result: RunResult): Promise<void> {
  await writeRecord(store, runName(result.runId), result);
}

/** @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function readRun(store: Store, runId: string): Promise<RunResult | undefined> {
  const run = await readRecord(store, runName(runId), {
    schema: runResultSchema,
    what: `the record of run ${runId}`,
    remedy: "put it back from a copy, or remove it: the run is then unknown to the store, its artifacts stay",
    fault: (run) => (run.runId === runId ? undefined : `it is of run ${run.runId}`),
  });
  return run && withoutSeal(run);
}

/** Ids of the runs that have ended well, sorted. */
export async function listRuns(store: Store): Promise<string[]> {
  const names = await listNames(store, RUNS_PREFIX);
  return names.map((name) => name.slice(RUNS_PREFIX.length, -".json".length));
}

/** The run of the model that started last, of those that have ended well. @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function newestRun(
  store: Store,
  model: string,
): Promise<{ readonly result: RunResult; readonly started: Date } | undefined> {
  const names = await listNames(store, `${RUNS_PREFIX}${model}-`);
  const ids = names.map((name) => name.slice(RUNS_PREFIX.length, -".json".length));
  // Names of other models may begin alike; the time in the ids of one sorts them.
  const newest = ids
    .filter((id) => modelOfRun(id) === model)
    .sort()
    .at(-1);
  const started = newest === undefined ? undefined : startOfRun(newest);
  if (newest === undefined || started === undefined) return undefined;
  const result = await readRun(store, newest);
  return result && { result, started };
}

export async function listModels(store: Store): Promise<string[]> {
  const names = await listNames(store, "models/");
  return [...new Set(names.map((name) => name.split("/")[1] ?? ""))].filter((name) => name !== "");
}

/** Versions of a model, ascending. */
export async function listVersions(store: Store, name: string): Promise<number[]> {
  const names = await listNames(store, `models/${name}/v`);
  return names
    .map((path) => Number(/\/v(\d+)\.json$/.exec(path)?.[1]))
    .filter((version) => Number.isInteger(version))
    .sort((a, b) => a - b);
}

/**
 * One version of a model; the newest when `version` is left out.
 * @throws ThawError ARTIFACT_CORRUPT, STORE_…
 */
export async function readModel(
  store: Store,
  name: string,
  version?: number,
): Promise<ModelVersion | undefined> {
  const wanted = version ?? (await listVersions(store, name)).at(-1);
  if (wanted === undefined) return undefined;
  return readRecord(store, modelRecordName(name, wanted), {
    schema: modelVersionSchema,
    what: `the record of model ${name}@${wanted}`,
    remedy:
      "put it back from a copy, or remove it and start the run again: what it has made is found in the store",
    fault: (model) => modelFault(model, name, wanted),
  });
}

function modelFault(model: ModelVersion, name: string, version: number): string | undefined {
  if (model.name !== name || model.version !== version) return `it is of ${model.name}@${model.version}`;
  const { classes, golden, seal } = model;
  if (golden === undefined) return undefined;
  // Golden vectors came with the seals.
  if (seal === undefined) return "its seal is missing";
  if (golden.probabilities.length === classes.length) return undefined;
  return `it has ${classes.length} classes, and ${golden.probabilities.length} probabilities of thaw's own picture`;
}

/**
 * Registers a model under the next free version. Registering the same weights again gives the version
 * that they have already, so a repeated attempt does not count up. A version whose record is damaged keeps its number.
 */
export async function registerModel(
  store: Store,
  model: Omit<ModelVersion, "version">,
): Promise<ModelVersion> {
  const read = (version: number) => unlessDamaged(readModel(store, model.name, version), []);
  // Listed once: what another registers in between is met below, where it may be the same weights.
  const versions = await listVersions(store, model.name);
  for (const version of versions) {
    const known = await read(version);
    if (known?.weights.digest === model.weights.digest) return known;
  }
  const MOST_RACES = 20;
  let next = (versions.at(-1) ?? 0) + 1;
  for (let race = 0; race < MOST_RACES; race++, next++) {
    const entry = { ...model, version: next };
    const record = await writeRecordOnce(store, modelRecordName(model.name, next), entry);
    if (record !== undefined) return record;
    const taken = await read(next);
    if (taken?.weights.digest === model.weights.digest) return taken;
  }
  throw new ThawError("STORE_UNREACHABLE", `no version of model ${model.name} could be registered`, {
    hint: "many runs register at once; try again",
  });
}
