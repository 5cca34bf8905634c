/** Records of runs and of model versions. */
import { ThawError } from "../../spec/errors.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Store } from "../connection/connection.js";
import { getJson, listNames, putJson, putJsonOnce } from "../json.js";

export const RUNS_PREFIX = "runs/";
const runName = (runId: string): string => `${RUNS_PREFIX}${runId}.json`;
const versionName = (name: string, version: number): string => `models/${name}/v${version}.json`;

export async function writeRun(store: Store, result: RunResult): Promise<void> {
  await putJson(store, runName(result.runId), result);
}

export async function readRun(store: Store, runId: string): Promise<RunResult | undefined> {
  return (await getJson(store, runName(runId))) as RunResult | undefined;
}

/** Ids of the runs that have ended well, sorted. */
export async function listRuns(store: Store): Promise<string[]> {
  const names = await listNames(store, RUNS_PREFIX);
  return names.map((name) => name.slice(RUNS_PREFIX.length, -".json".length));
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

/** One version of a model; the newest when `version` is left out. */
export async function readModel(
  store: Store,
  name: string,
  version?: number,
): Promise<ModelVersion | undefined> {
  const wanted = version ?? (await listVersions(store, name)).at(-1);
  if (wanted === undefined) return undefined;
  return (await getJson(store, versionName(name, wanted))) as ModelVersion | undefined;
}

/**
 * Registers a model under the next free version. Registering the same weights again gives the version
 * that they have already, so a repeated attempt does not count up.
 */
export async function registerModel(
  store: Store,
  model: Omit<ModelVersion, "version">,
): Promise<ModelVersion> {
  for (const version of await listVersions(store, model.name)) {
    const known = await readModel(store, model.name, version);
    if (known?.weights.digest === model.weights.digest) return known;
  }
  const MOST_RACES = 20;
  let next = ((await listVersions(store, model.name)).at(-1) ?? 0) + 1;
  for (let race = 0; race < MOST_RACES; race++, next++) {
    const entry = { ...model, version: next };
    if (await putJsonOnce(store, versionName(model.name, next), entry)) return entry;
    const taken = await readModel(store, model.name, next);
    if (taken?.weights.digest === model.weights.digest) return taken;
  }
  throw new ThawError("STORE_UNREACHABLE", `no version of model ${model.name} could be registered`, {
    hint: "many runs register at once; try again",
  });
}
