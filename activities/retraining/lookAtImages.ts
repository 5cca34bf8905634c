/** Looks at a model's images as they are listed now, and says what differs from what the newest version was made of. */
import { digestSource } from "../../data/source/digest.js";
import { digestCacheFile } from "../../data/source/digestCache.js";
import { listSource } from "../../data/source/source.js";
import { entriesOfUpload } from "../../data/source/uploaded.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import { engineOf } from "../../spec/engine/device.js";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl } from "../../spec/images/objects.js";
import { basesOf, candidatesOf } from "../../spec/pipeline/candidates.js";
import { planStages, type StagePlan } from "../../spec/pipeline/stages.js";
import type { DatasetSummary, ImageRecord } from "../../spec/records/dataset.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Interruptions } from "../../spec/records/training.js";
import { reasonsToTrain } from "../../spec/retraining/decision.js";
import { asksForDepth, refusedDepth } from "../../spec/retraining/depth.js";
import type { Look, RetrainInput } from "../../spec/retraining/retraining.js";
import { readingOf } from "../../spec/runFile/folders.js";
import { knownImageSchema } from "../../spec/schemas/records/files.js";
import { subjectOf } from "../../spec/warnings/warning.js";
import { type ArtifactManifest, findManifest, requireManifest } from "../../store/artifacts/artifacts.js";
import { canonicalJson, stageKey } from "../../store/artifacts/keys.js";
import { readArtifactLines } from "../../store/artifacts/lines.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { readUploadList } from "../../store/images/uploads.js";
import { unlessDamaged } from "../../store/record.js";
import { newestDecision } from "../../store/records/aliases.js";
import { voidingWarnings } from "../../store/records/doubts.js";
import { listVersions, readModel } from "../../store/records/records.js";
import type { ControlDependencies } from "../context.js";
import { championOf, type ListedImages, lastDeeper, layersBelow } from "./depthFacts.js";
import { lastTrained, type Reference } from "./lastTrained.js";

const DAY_MS = 86_400_000;

/** Nothing is fetched: files are read where size or time changed, objects in a bucket are known by their listing. */
export async function lookAtImages(
  { store, workFolder, engineFingerprint }: ControlDependencies,
  { run, asked }: RetrainInput,
): Promise<Look> {
  const { name, model: policy } = run.file;
  const [listed, decision, versions] = await Promise.all([
    listImages(store, run, workFolder),
    newestDecision(store, name, policy.alias),
    readVersions(store, name),
  ]);
  const reference = await lastTrained(store, name, versions);
  const ingest = reference && (await requireManifest(store, reference.artifacts.ingest as ArtifactRef));
  const ageDays = reference && (Date.now() - reference.trained.getTime()) / DAY_MS;
  const differs = reference && (await differences(store, reference, versions, run, engineFingerprint));
  const changed =
    ingest?.inputs.source === listed.digest
      ? { added: 0, removed: 0, changed: 0 }
      : await changes(store, listed.images, ingest, isByContent(run));
  const inUse = decision?.version ?? undefined;
  const reasons = reasonsToTrain(
    {
      isFirst: reference === undefined,
      data: ingest !== undefined && ingest.inputs.source !== listed.digest,
      ...(changed.added > 0 && changed.removed + changed.changed === 0 ? { onlyNew: changed } : {}),
      settings: differs?.settings ?? false,
      code: differs?.code ?? false,
      ageDays: ageDays ?? 0,
      asked: asked === true,
    },
    policy,
  );
  const champion =
    inUse === undefined || reasons.length === 0 || !asksForDepth(policy)
      ? undefined
      : await championOf(store, run, versions, inUse, { ...listed, byContent: isByContent(run) });
  const accepted = inUse === undefined || reasons.length === 0 ? [] : await doubtsOf(store, versions, inUse);
  const refused = refusedDepth(policy.depth, champion?.facts, {
    name,
    base: basesOf(run.file).join(" or "),
  });
  if (refused !== undefined) throw new ThawError("RUN_FILE_INVALID", refused.message, refused);
  return {
    source: listed.digest,
    images: listed.images.size,
    ...changed,
    ...(reference === undefined ? {} : { version: reference.version }),
    ...(inUse === undefined ? {} : { inUse }),
    ...(accepted.length === 0 ? {} : { accepted }),
    aliasEntry: decision?.seq ?? 0,
    earlier: datasetsOf(versions),
    ...(champion === undefined ? {} : { champion }),
    ...(ageDays === undefined ? {} : { ageDays }),
    reasons,
  };
}

/** What may void a version's figures, by subject. */
async function doubtsOf(
  store: Store,
  versions: readonly ModelVersion[],
  version: number,
): Promise<readonly string[]> {
  const runId = versions.find((one) => one.version === version)?.runId;
  return runId === undefined ? [] : (await voidingWarnings(store, runId)).map(subjectOf);
}

async function listImages(
  store: Store,
  { dataPath, upload, file }: RetrainInput["run"],
  workFolder: string,
): Promise<{ readonly digest: string } & Pick<ListedImages, "images">> {
  const source =
    upload === undefined
      ? await listSource(dataPath, bucketReader(store), readingOf(file))
      : entriesOfUpload(await readUploadList(store, upload));
  const { digest, files } = await digestSource(source, digestCacheFile(workFolder));
  const images = source.entries.map(
    ({ path, label }) => [path, { label, version: files.get(path) as string }] as const,
  );
  return { digest, images: new Map(images) };
}

/** Of objects in a bucket the version is no digest of their bytes. */
const isByContent = ({ dataPath, upload }: RetrainInput["run"]): boolean =>
  upload !== undefined || !isBucketUrl(dataPath);

async function readVersions(store: Store, name: string): Promise<ModelVersion[]> {
  const numbers = await listVersions(store, name);
  const read = numbers.map((version) => unlessDamaged(readModel(store, name, version), []));
  return (await Promise.all(read)).filter((version) => version !== undefined);
}

function datasetsOf(versions: readonly ModelVersion[]): readonly ArtifactRef[] {
  const refs = versions.flatMap(({ artifacts: { ingest } }) => (ingest === undefined ? [] : [ingest]));
  return [...new Map(refs.map((ref) => [ref.digest, ref])).values()];
}

async function changes(
  store: Store,
  images: ListedImages["images"],
  ingest: ArtifactManifest | undefined,
  byContent: boolean,
): Promise<Pick<Look, "added" | "removed" | "changed" | "mostAdded">> {
  if (ingest === undefined) return { added: images.size, removed: 0, changed: 0 };
  const { classes, quarantined } = ingest.summary as DatasetSummary;
  const records = await readArtifactLines<ImageRecord>(store, ingest, "images.jsonl", knownImageSchema);
  const before = new Map(records.map((record) => [record.path, record]));
  const leftOut = new Set(quarantined.map(({ path }) => path));
  const isChanged = ([path, { label, version }]: readonly [
    string,
    { label: string; version: string },
  ]): boolean => {
    const known = before.get(path);
    if (known === undefined) return false;
    return classes[known.label] !== label || (byContent && known.sha256 !== version);
  };
  const added = [...images].filter(([path]) => !before.has(path) && !leftOut.has(path));
  const mostAdded = mostOf(added.map(([, { label }]) => label));
  return {
    added: added.length,
    ...(mostAdded === undefined ? {} : { mostAdded }),
    removed: [...before.keys()].filter((path) => !images.has(path)).length,
    changed: [...images].filter(isChanged).length,
  };
}

/** Of equally many the first by name. */
function mostOf(labels: readonly string[]): Look["mostAdded"] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [most] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return most && { label: most[0], images: most[1] };
}

/** Whether a run would train with other values now, or in another way with the same ones. */
async function differences(
  store: Store,
  reference: Reference,
  versions: readonly ModelVersion[],
  run: RetrainInput["run"],
  engine: string,
): Promise<{ readonly settings: boolean; readonly code: boolean }> {
  const { file, base, candidates } = run;
  // Which of several bases it will be is not known before; what follows from the base is compared with one base only.
  const kinds = candidatesOf(file).length === 0 ? ["ingest", "features", "head", "tune"] : ["ingest", "head"];
  // What earlier versions make of splits is no setting. A base that is the model itself is another one after every
  // promotion, which is no reason to train either. Nor is what a retraining started from that trained less deep.
  const isLess = reference.depth !== undefined && reference.depth.depth !== "full";
  const isOwn = isVersionOf(file.name, reference.base) && isVersionOf(file.name, base?.name ?? "");
  const asked = ({
    kept: _kept,
    met: _met,
    ties: _ties,
    anew: _anew,
    ...parameters
  }: Readonly<Record<string, unknown>>) => {
    const { base: _base, ...others } = parameters;
    return canonicalJson(isOwn || isLess ? others : parameters);
  };
  const planned = planStages(file, base, candidates);
  const plans = planned.filter(({ kind }) => kinds.includes(kind));
  const madeOf = { name: reference.base, ...(reference.baseSpec && { spec: reference.baseSpec }) };
  let [settings, code] = [isLess && layersBelow(run, madeOf) === undefined, false];
  // Of a version whose head alone was trained, stages of unfreezing are those of the one that it came of.
  const tuned = reference.depth?.depth === "head" ? lastDeeper(reference, versions).artifacts : {};
  for (const plan of plans) {
    const made = reference.artifacts[plan.name] ?? (plan.kind === "tune" ? tuned[plan.name] : undefined);
    if (made === undefined) continue;
    const manifest = await requireManifest(store, made);
    // A stage that ran out of memory has other parameters than were asked for, and would have them again.
    if ((manifest.summary as Interruptions | null)?.outOfMemory !== undefined) continue;
    const { parameters } = manifest;
    if (asked(parameters) !== asked(plan.parameters)) settings = true;
    else if (!isMadeBy({ ...plan, parameters }, manifest, engine)) code = true;
  }
  if (await asksOtherwise(store, reference, planned, kinds.includes("tune"))) settings = true;
  return { settings, code };
}

/**
 * Whether another recipe is asked for, more stages or another gate: of a version without stages nothing else tells. Folds judge a
 * version and train none; what a base has met, and that a head alone was trained, nobody asks for.
 * @param isOneBase several have stages of their own, and which of them it will be is not known
 */
async function asksOtherwise(
  store: Store,
  { artifacts: { recipe: made } }: Reference,
  plans: readonly StagePlan[],
  isOneBase: boolean,
): Promise<boolean> {
  const plan = plans.find(({ name }) => name === "recipe");
  if (made === undefined || plan === undefined) return false;
  const asked = ({
    folds: _folds,
    tuned: _tuned,
    headOnly: _headOnly,
    base: _base,
    planned,
    ...others
  }: StagePlan["parameters"]): string => canonicalJson(isOneBase ? { ...others, planned } : others);
  const manifest = await findManifest(store, made.kind, made.key);
  return manifest !== undefined && asked(manifest.parameters) !== asked(plan.parameters);
}

const isVersionOf = (model: string, base: string): boolean => base.startsWith(`model:${model}@`);

/** Another engine is another machine, and no other code. */
function isMadeBy(plan: StagePlan, manifest: ArtifactManifest, engine: string): boolean {
  const { engine: made, inputs, key } = manifest;
  return made !== engineOf(plan, engine) || stageKey(plan, inputs, engine) === key;
}
