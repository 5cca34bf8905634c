/** Writes the run's report: `report.html` for people, `report.json` for machines. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { stringify } from "yaml";
import type { z } from "zod";
import { findArchitecture } from "../../learn/bases/architectures.js";
import { type Base, findBase } from "../../learn/bases/catalogue.js";
import { extractorBase } from "../../learn/bases/extractor.js";
import { describedGraph } from "../../learn/bases/graphBase.js";
import { ownInput } from "../../learn/bases/input.js";
import { renderModelCard } from "../../report/card/markdown.js";
import { accuracyWithout } from "../../report/checks/accuracyWithout.js";
import { checkedPaths } from "../../report/checks/pictures.js";
import { renderReport } from "../../report/render.js";
import { ThawError } from "../../spec/errors.js";
import type { StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import {
  ACTIVATION_MAPS_FILE,
  COPIES_FILE,
  FEATURE_MAP_FILE,
  MODEL_CARD_FILE,
  PREDICTIONS_FILE,
} from "../../spec/pipeline/artifactFiles.js";
import { runCost } from "../../spec/prices.js";
import type { BaseComparison } from "../../spec/records/baseComparison.js";
import type { DatasetSummary, ImageRecord } from "../../spec/records/dataset.js";
import type { DriftRef } from "../../spec/records/drift.js";
import type { Evaluation, FullPrediction } from "../../spec/records/evaluation.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { RecipeSummary } from "../../spec/records/recipe.js";
import type { ReportData } from "../../spec/records/report.js";
import type { SuspectedPair } from "../../spec/records/suspectedCopies.js";
import type { StageSummary, TrainingSummary } from "../../spec/records/training.js";
import type { ActivationMaps, FeatureMap } from "../../spec/records/visuals.js";
import { copyLineSchema, imageLineSchema, predictionLineSchema } from "../../spec/schemas/records/files.js";
import { activationMapsSchema, featureMapSchema } from "../../spec/schemas/records/report.js";
import { shapedJson } from "../../spec/schemas/shaped.js";
import {
  type ArtifactManifest,
  describeFile,
  readArtifactFile,
  readArtifactRange,
  requireManifest,
} from "../../store/artifacts/artifacts.js";
import { readArtifactLines } from "../../store/artifacts/lines.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { requireDrift } from "../../store/records/drifts.js";
import { runUsage } from "../../store/records/runUsage.js";
import type { ControlDependencies } from "../context.js";
import { newWorkFolder } from "../heavy/localArtifacts.js";
import { commitOnce } from "./commitOnce.js";
import { evidenceOverlay } from "./evidenceOverlay.js";

const EXAMPLES_PER_CLASS = 6;
const THUMBNAIL_SIDE = 112;
/** A base that stays frozen is one group to the report. */
const WHOLE_NETWORK = "network";

export async function report(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome> {
  const out = await newWorkFolder(dependencies.workFolder, "report");
  const write = async () => {
    const data = await collect(dependencies, request);
    const html = join(out, "report.html");
    const json = join(out, "report.json");
    const card = join(out, MODEL_CARD_FILE);
    await writeFile(html, renderReport(data));
    await writeFile(json, JSON.stringify(data, null, 1));
    await writeFile(card, renderModelCard(data));
    return {
      summary: { model: data.model },
      files: { "report.html": html, "report.json": json, [MODEL_CARD_FILE]: card },
    };
  };
  try {
    return await commitOnce(dependencies, request, write);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function collect(
  dependencies: ControlDependencies,
  // A workflow from before there were prices names the inputs only.
  { run, inputs, artifacts = inputs }: StageRequest,
): Promise<ReportData> {
  const { store, engineFingerprint, uiUrl, prices } = dependencies;
  const manifests = new Map<string, ArtifactManifest>();
  for (const [name, ref] of Object.entries(inputs)) manifests.set(name, await requireManifest(store, ref));
  const summaryOf = <T>(name: string): T => manifests.get(name)?.summary as T;

  const ingest = manifests.get("ingest") as ArtifactManifest;
  const dataset = summaryOf<DatasetSummary>("ingest");
  const evaluation = summaryOf<Evaluation>("evaluate");
  const recipe = summaryOf<RecipeSummary | undefined>("recipe");
  const checked = new Set(checkedPaths({ dataset, evaluation, ...(recipe === undefined ? {} : { recipe }) }));
  const model = summaryOf<ModelVersion>("register");
  const base = describedBase(run);
  const { source, licence, pretrainedOn } = run.base?.origin ?? findBase(base.name);
  const records = await readArtifactLines<ImageRecord>(store, ingest, "images.jsonl", imageLineSchema);
  const examples = evaluation.classes.map((_, label) =>
    records
      .filter((record) => record.label === label && record.split === "train")
      .slice(0, EXAMPLES_PER_CLASS)
      .map((record) => record.path),
  );
  const tested = [...evaluation.mistakes, ...(evaluation.topLosses ?? [])];
  const evaluated = manifests.get("evaluate") as ArtifactManifest;
  const activationMaps = await readJson<ActivationMaps>(
    store,
    evaluated,
    ACTIVATION_MAPS_FILE,
    activationMapsSchema,
  );
  const featureMap = await readJson<FeatureMap>(store, evaluated, FEATURE_MAP_FILE, featureMapSchema);
  const mapped = activationMaps?.maps ?? [];
  const drift = await newImagesOf(store, run.drift, records);
  const newest = drift?.newest ?? [];
  const shown = new Set([...examples.flat(), ...[...tested, ...mapped, ...newest].map(({ path }) => path)]);
  const thumbnails = await makeThumbnails(
    dependencies,
    ingest,
    records.filter(({ path }) => shown.has(path) || checked.has(path)),
  );
  const suspectedCopies = await withoutCopies(dependencies, manifests);
  const scratch = summaryOf<TrainingSummary | undefined>("scratch");
  const precision = summaryOf<FeaturesSummary | undefined>("features")?.precision;
  const bases = summaryOf<BaseComparison | undefined>("base");
  const tuned = [...manifests.keys()].filter((name) => name.startsWith("tune-"));
  return {
    runId: run.runId,
    model: { name: model.name, version: model.version },
    createdAt: model.createdAt,
    dataset,
    base: {
      name: run.base?.name ?? base.name,
      source,
      licence,
      pretrainedOn,
      inputSize: base.input.size,
      ...(run.base?.trainedOn === undefined ? {} : { trainedOn: run.base.trainedOn }),
      ...(run.base?.bands === undefined ? {} : { bands: run.base.bands }),
      layerGroups:
        base.extractor === undefined ? base.architecture.groups.map((group) => group.name) : [WHOLE_NETWORK],
    },
    ...(bases === undefined ? {} : { bases }),
    ...(recipe === undefined ? {} : { recipe }),
    ...(precision === undefined ? {} : { precision }),
    ...(run.autoPrecision === undefined ? {} : { autoPrecision: run.autoPrecision }),
    head: summaryOf<TrainingSummary>("head"),
    stages: tuned.map((name) => summaryOf<StageSummary>(name)),
    ...(scratch === undefined ? {} : { scratch: { history: scratch.history, seconds: scratch.seconds } }),
    evaluation,
    ...(drift === undefined ? {} : { drift }),
    ...(run.depth === undefined ? {} : { depth: run.depth }),
    ...(suspectedCopies === undefined ? {} : { suspectedCopies }),
    thumbnails,
    examples,
    card: run.file.card,
    ...(activationMaps === undefined ? {} : { activationMaps, overlays: await drawOverlays(activationMaps) }),
    ...(featureMap === undefined ? {} : { featureMap }),
    ...(prices === undefined ? {} : { cost: runCost(await runUsage(store, run.runId, artifacts), prices) }),
    timings: [...manifests].map(([stage, { seconds }]) => ({ stage, seconds, cached: false })),
    digests: Object.fromEntries([...manifests].map(([stage, { digest }]) => [stage, digest])),
    runFile: stringify(run.file),
    engine: engineFingerprint,
    thawVersion: run.thawVersion,
    ...(uiUrl === undefined ? {} : { temporalUrl: `${uiUrl}/namespaces/default/workflows/${run.runId}` }),
  };
}

function describedBase({ base, file }: StageRequest["run"]): Base {
  if (base?.network !== undefined) return describedGraph(base.name, base.network, base);
  if (base?.extractor === undefined) {
    const architecture = findArchitecture(base?.architecture ?? file.base);
    return { ...architecture, input: ownInput(architecture.input, base ?? {}) };
  }
  return extractorBase(base.name, base.extractor, base.pixelScale, base.checkpoint?.digest ?? "");
}

/** Without what is no more what was compared: a picture is to be the one that looked new. */
async function newImagesOf(
  store: Store,
  ref: DriftRef | undefined,
  records: readonly ImageRecord[],
): Promise<ReportData["drift"]> {
  if (ref === undefined) return undefined;
  const found = await unlessDamaged(requireDrift(store, ref), []).catch((error: unknown) => {
    // Somebody removed it: the report is of the run, which has not suffered.
    if (error instanceof ThawError && error.code === "NOT_FOUND") return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const { bytes, ...drift } = found;
  const now = new Map(records.map(({ path, sha256 }) => [path, sha256]));
  const isStill = (path: string): boolean => (now.get(path) ?? bytes[path]) === bytes[path];
  return { ...drift, newest: drift.newest.filter(({ path }) => isStill(path)) };
}

/** Test accuracy with and without the images that the recipe suspects to be copies of others. */
async function withoutCopies(
  { store }: ControlDependencies,
  manifests: ReadonlyMap<string, ArtifactManifest>,
): Promise<ReportData["suspectedCopies"]> {
  const recipe = manifests.get("recipe");
  const evaluation = manifests.get("evaluate");
  const copies = (recipe?.summary as RecipeSummary | undefined)?.copies;
  if (recipe === undefined || evaluation === undefined || copies === undefined || copies.count === 0)
    return undefined;
  const [pairs, predictions] = await Promise.all([
    readArtifactLines<SuspectedPair>(store, recipe, COPIES_FILE, copyLineSchema),
    readArtifactLines<FullPrediction>(store, evaluation, PREDICTIONS_FILE, predictionLineSchema),
  ]);
  return accuracyWithout(predictions, new Set(pairs.map(({ image }) => image.path)));
}

/** Undefined where an older version made the artifact, which wrote no such file. */
async function readJson<Content>(
  store: Store,
  manifest: ArtifactManifest,
  name: string,
  schema: z.ZodType<Content>,
): Promise<Content | undefined> {
  if (!manifest.files.some((file) => file.name === name)) return undefined;
  const text = (await readArtifactFile(store, manifest, name)).toString("utf8");
  return shapedJson(text, schema, describeFile(manifest, name));
}

async function drawOverlays({ maps, columns }: ActivationMaps): Promise<Record<string, string>> {
  const overlays: Record<string, string> = {};
  for (const { path, values } of maps) overlays[path] = await evidenceOverlay(values, columns);
  return overlays;
}

async function makeThumbnails(
  { store }: ControlDependencies,
  ingest: ArtifactManifest,
  records: readonly ImageRecord[],
): Promise<Record<string, string>> {
  const thumbnails: Record<string, string> = {};
  for (const record of records) {
    const encoded = await readArtifactRange(store, ingest, record.pack, record.offset, record.length);
    const small = await sharp(encoded)
      .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: "inside", withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer();
    thumbnails[record.path] = `data:image/webp;base64,${small.toString("base64")}`;
  }
  return thumbnails;
}
