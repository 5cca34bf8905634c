/** Everything that the store's records say of models and runs, read once: lineage is a pure function of it. */
import type { ArtifactRef } from "../../spec/artifact.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { AliasDecision } from "../../spec/records/aliasDecision.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { ModelProof } from "../../spec/records/proof.js";
import type { Tick } from "../../spec/retraining/retraining.js";
import {
  ARTIFACTS_PREFIX,
  type ArtifactManifest,
  findManifest,
  placeOf,
} from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { UPLOADS_PREFIX, uploadOf } from "../../store/images/uploads.js";
import { listNames } from "../../store/json.js";
import { forEachParallel } from "../../store/parallel.js";
import { unlessDamaged } from "../../store/record.js";
import { aliasHistory, aliasNames } from "../../store/records/aliases.js";
import { listProofs } from "../../store/records/proofs.js";
import { listModels, listRuns, listVersions, readModel, readRun } from "../../store/records/records.js";
import { listTicks } from "../../store/records/ticks.js";

export interface AliasLog {
  readonly model: string;
  readonly alias: string;
  /** Oldest first. */
  readonly log: readonly AliasDecision[];
}

export interface StoreRecords {
  /** By model and version. */
  readonly versions: readonly ModelVersion[];
  /** That ended well, by id. */
  readonly runs: ReadonlyMap<string, RunResult>;
  readonly aliases: readonly AliasLog[];
  readonly proofs: readonly ModelProof[];
  /** Retrainings that trained, by the id of their run. */
  readonly ticks: ReadonlyMap<string, Tick>;
  /** Digests of uploads by the id of the run, or of the retraining, that read them. */
  readonly uploads: ReadonlyMap<string, string>;
  /** Manifests, by the artifact's key: those that `readRecords` was asked for. */
  readonly manifests: ReadonlyMap<string, ArtifactManifest>;
  readonly damaged: readonly DamagedRecord[];
}

/** Requests at a time. */
const PARALLEL = 16;
/** Newest looks at a model's images that are read: more than two years of nights. */
const MOST_TICKS = 1_000;

/**
 * @param which manifests are read: of all artifacts, or of the datasets alone
 * @throws ThawError STORE_…; records that are damaged are left out and named
 */
export async function readRecords(store: Store, which: "all" | "datasets"): Promise<StoreRecords> {
  const damaged: DamagedRecord[] = [];
  const each = async <Item, Value>(
    items: readonly Item[],
    read: (item: Item) => Promise<Value | undefined>,
  ): Promise<Value[]> => {
    const found = new Array<Value | undefined>(items.length);
    await forEachParallel(items.entries(), PARALLEL, async ([index, item]) => {
      found[index] = await unlessDamaged(read(item), damaged);
    });
    return found.filter((value) => value !== undefined);
  };
  const names = await listModels(store);
  const labels = await each(names, async (name) =>
    (await listVersions(store, name)).map((version) => ({ name, version })),
  );
  const aliases = await each(names, async (model) => {
    const known = await aliasNames(store, model);
    return Promise.all(
      known.map(async (alias) => ({ model, alias, log: await aliasHistory(store, model, alias, damaged) })),
    );
  });
  const ticks = (await each(names, (name) => listTicks(store, name, MOST_TICKS, damaged))).flat();
  const runs = await each(await listRuns(store), (runId) => readRun(store, runId));
  const places = (
    await listNames(store, which === "all" ? ARTIFACTS_PREFIX : `${ARTIFACTS_PREFIX}ingest/`)
  ).flatMap((name) => placeOf(name) ?? []);
  const manifests = await each(places, ({ kind, key }) => findManifest(store, kind, key));
  const uploads = (await listNames(store, UPLOADS_PREFIX)).flatMap((name) => {
    const { digest, runId } = uploadOf(name) ?? {};
    return digest === undefined || runId === undefined ? [] : [[runId, digest] as const];
  });
  return {
    versions: await each(labels.flat(), ({ name, version }) => readModel(store, name, version)),
    runs: new Map(runs.map((run) => [run.runId, run])),
    aliases: aliases.flat(),
    proofs: (await each(names, (name) => listProofs(store, name, damaged))).flat(),
    ticks: new Map(ticks.flatMap((tick) => (tick.runId === undefined ? [] : [[tick.runId, tick] as const]))),
    uploads: new Map(uploads),
    manifests: new Map(manifests.map((manifest) => [manifest.key, manifest])),
    damaged,
  };
}

export const labelOf = ({ name, version }: Pick<ModelVersion, "name" | "version">): string =>
  `${name}@${version}`;

/** Versions whose stage of that name is the artifact, by its digest: two artifacts of equal content are as good as one. */
export function versionsWith(
  { versions }: Pick<StoreRecords, "versions">,
  stage: string,
  digest: string,
): readonly ModelVersion[] {
  return versions.filter(({ artifacts }) => artifacts[stage]?.digest === digest);
}

/** Of a run's record, which has all; of a version whose run has none, what the version has. */
export function artifactsOf(
  { runs }: Pick<StoreRecords, "runs">,
  { runId, artifacts }: Pick<ModelVersion, "runId" | "artifacts">,
): Readonly<Record<string, ArtifactRef>> {
  return runs.get(runId)?.artifacts ?? artifacts;
}
