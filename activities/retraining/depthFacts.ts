/** What the depth of a retraining is decided by: the version in use, what it came of, and the images beside those that it learned from. */
import { catalogueSpec } from "../../learn/bases/catalogueSpec.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { BaseSpec } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { candidatesOf } from "../../spec/pipeline/candidates.js";
import type { DatasetSummary, ImageRecord } from "../../spec/records/dataset.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { ChampionFacts, ChampionStart } from "../../spec/retraining/depthDecision.js";
import type { Look, RetrainInput } from "../../spec/retraining/retraining.js";
import { knownImageSchema } from "../../spec/schemas/records/files.js";
import { artifactIsWhole, requireManifest } from "../../store/artifacts/artifacts.js";
import { readArtifactLines } from "../../store/artifacts/lines.js";
import { specDigest } from "../../store/artifacts/specDigest.js";
import type { Store } from "../../store/connection/connection.js";
import { startOf } from "../../store/records/modelBase.js";

const DAY_MS = 86_400_000;
/** Classes that are named; a sentence shows fewer. */
const MOST_NAMED = 8;

export interface ListedImages {
  /** By path: the class, and the SHA-256 of the bytes or an object's version. */
  readonly images: ReadonlyMap<string, { readonly label: string; readonly version: string }>;
  /** Whether `version` is of the bytes. */
  readonly byContent: boolean;
}

/**
 * @param versions of the model that can be read
 * @param inUse the version that the alias means
 * @throws ThawError STORE_…
 */
export async function championOf(
  store: Store,
  run: RetrainInput["run"],
  versions: readonly ModelVersion[],
  inUse: number,
  listed: ListedImages,
): Promise<NonNullable<Look["champion"]>> {
  const champion = versions.find(({ version }) => version === inUse);
  const unreadable = (why: string) => ({ facts: { champion: inUse, unreadable: why } });
  if (champion === undefined) return unreadable("its record is gone or damaged");
  try {
    const start = await startOf(store, champion, catalogueSpec);
    await requireWhole(store, start);
    return { facts: await factsOf(store, run, versions, { champion, start, listed }), start };
  } catch (error) {
    const isGone =
      error instanceof ThawError && ["NOT_FOUND", "ARTIFACT_CORRUPT", "BASE_UNKNOWN"].includes(error.code);
    if (!isGone) throw error;
    return unreadable(error.message);
  }
}

/** @throws ThawError NOT_FOUND for layers whose data were deleted */
async function requireWhole(store: Store, { spec }: ChampionStart): Promise<void> {
  for (const ref of spec?.layers ?? []) {
    if (await artifactIsWhole(store, await requireManifest(store, ref))) continue;
    throw new ThawError(
      "NOT_FOUND",
      `data of the ${ref.kind} artifact ${ref.key.slice(0, 12)} were deleted`,
      {
        hint: "train in full: `--set model.depth=full`",
      },
    );
  }
}

interface Beside {
  readonly champion: ModelVersion;
  readonly start: ChampionStart;
  readonly listed: ListedImages;
}

async function factsOf(
  store: Store,
  run: RetrainInput["run"],
  versions: readonly ModelVersion[],
  { champion, start, listed }: Beside,
): Promise<ChampionFacts> {
  const below = layersBelow(run, start);
  const chain = chainOf(champion, versions);
  const { deeper, full, ...counts } = countsOf(chain);
  const isTuned = (start.spec?.layers.length ?? 0) > (below ?? 0);
  const { images, byContent } = listed;
  const keyOf = (path: string, content: string): string => (byContent ? content : path);
  const labels = new Map<string, Set<string>>();
  for (const [path, { label, version }] of images) {
    const key = keyOf(path, version);
    labels.set(key, (labels.get(key) ?? new Set()).add(label));
  }
  const before = await datasetOf(store, requireDataset(deeper));
  const known = new Set(before.records.map(({ path, sha256 }) => keyOf(path, sha256)));
  const leftOut = new Set(before.summary.quarantined.map(({ path }) => path));
  const forgotten = new Set<string>();
  for (const ref of isTuned ? (start.spec?.tunedOn ?? []) : []) {
    const { records, summary } = await datasetOf(store, ref);
    for (const { path, sha256, label, split } of records) {
      const key = keyOf(path, sha256);
      if (split !== "test" && labels.get(key)?.has(summary.classes[label] ?? "") !== true) forgotten.add(key);
    }
  }
  const classes = new Set([...images.values()].map(({ label }) => label));
  return {
    champion: champion.version,
    base: start.name,
    sameBase: below !== undefined,
    tuned: isTuned,
    deeper: deeper.version,
    ...counts,
    ...(full === undefined
      ? {}
      : { full: { version: full.version, ageDays: Math.floor(ageOf(full) / DAY_MS) } }),
    images: images.size,
    fresh: [...images].filter(([path, { version }]) => !known.has(keyOf(path, version)) && !leftOut.has(path))
      .length,
    forgotten: forgotten.size,
    appeared: [...classes].filter((name) => !before.summary.classes.includes(name)).slice(0, MOST_NAMED),
    gone: before.summary.classes.filter((name) => !classes.has(name)).slice(0, MOST_NAMED),
  };
}

/** A clock that was set back makes no version older than it is. */
const ageOf = ({ createdAt }: ModelVersion): number => Math.max(0, Date.now() - Date.parse(createdAt));

/** The version and those that it came of by retraining, the newest first, as far as their records can be read. */
function chainOf(champion: ModelVersion, versions: readonly ModelVersion[]): readonly ModelVersion[] {
  const chain = [champion];
  for (;;) {
    const from = chain.at(-1)?.depth?.champion;
    const next = versions.find(({ version }) => version === from);
    if (next === undefined || chain.includes(next)) return chain;
    chain.push(next);
  }
}

/** @param chain not empty */
function countsOf(chain: readonly ModelVersion[]): Pick<ChampionFacts, "heads" | "generations"> & {
  readonly deeper: ModelVersion;
  readonly full: ModelVersion | undefined;
} {
  const first = (isIt: (version: ModelVersion) => boolean): number => {
    const index = chain.findIndex(isIt);
    return index < 0 ? chain.length : index;
  };
  const heads = first(({ depth }) => depth?.depth !== "head");
  const generations = first(({ depth }) => depth === undefined || depth.depth === "full");
  return {
    ...{ heads, generations },
    deeper: chain[heads] ?? (chain.at(-1) as ModelVersion),
    full: chain[generations],
  };
}

/** The last version that was trained deeper than its head, of one and those that it came of. */
export function lastDeeper(version: ModelVersion, versions: readonly ModelVersion[]): ModelVersion {
  return countsOf(chainOf(version, versions)).deeper;
}

type Bases = Pick<RetrainInput["run"], "file" | "base" | "candidates">;

/**
 * How many layers lie under what was tuned for the model: those of the base in the run file that the start came of.
 * @returns undefined where it came of another base
 */
export function layersBelow({ file, base, candidates }: Bases, start: ChampionStart): number | undefined {
  const compared = candidatesOf(file);
  const asked =
    compared.length === 0
      ? [{ name: file.base, spec: base }]
      : compared.map((name) => ({ name, spec: candidates?.[name] }));
  const own = specOf(start);
  const found = asked.map(({ name, spec }) => {
    const { layers, ...other } = specOf({ name, ...(spec === undefined ? {} : { spec }) });
    if (bottomOf({ layers, ...other }) !== bottomOf(own)) return undefined;
    // The model itself, as it was when the run file was applied.
    if (other.name.startsWith(`model:${file.name}@`)) return 0;
    return layers.every(({ digest }, index) => own.layers[index]?.digest === digest)
      ? layers.length
      : undefined;
  });
  // Of several that it may have come of, the one that explains most of it.
  return found.reduce((most, one) => (one === undefined || (most ?? -1) > one ? most : one), undefined);
}

const specOf = ({ name, spec }: ChampionStart): Omit<BaseSpec, "digest"> => spec ?? catalogueSpec(name);
const bottomOf = (spec: Omit<BaseSpec, "digest">): string => specDigest({ ...spec, layers: [] });

function requireDataset({ name, version, artifacts: { ingest } }: ModelVersion): ArtifactRef {
  if (ingest !== undefined) return ingest;
  throw new ThawError("NOT_FOUND", `the record of ${name}@${version} names no data set`, {
    hint: "train in full: `--set model.depth=full`",
  });
}

async function datasetOf(
  store: Store,
  ref: ArtifactRef,
): Promise<{ readonly records: readonly ImageRecord[]; readonly summary: DatasetSummary }> {
  const manifest = await requireManifest(store, ref);
  return {
    records: await readArtifactLines<ImageRecord>(store, manifest, "images.jsonl", knownImageSchema),
    summary: manifest.summary as DatasetSummary,
  };
}
