/** Writes the run's report: `report.html` for people, `report.json` for machines. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { stringify } from "yaml";
import { findBase } from "../learn/bases/catalogue.js";
import { checkedPaths } from "../report/checks/pictures.js";
import { renderReport } from "../report/render.js";
import type { StageOutcome, StageRequest } from "../spec/activities.js";
import type { BaseComparison } from "../spec/baseComparison.js";
import type { DatasetSummary, ImageRecord } from "../spec/dataset.js";
import type { Evaluation } from "../spec/evaluation.js";
import type { RecipeSummary } from "../spec/recipe.js";
import type { ReportData } from "../spec/report.js";
import type { ModelVersion } from "../spec/run.js";
import type { StageSummary, TrainingSummary } from "../spec/training.js";
import {
  type ArtifactManifest,
  commitArtifact,
  readArtifactFile,
  readArtifactRange,
  requireManifest,
} from "../store/artifacts.js";
import type { ControlDependencies } from "./context.js";
import { lookUp, outcomeOf } from "./findArtifact.js";
import { newWorkFolder } from "./localArtifacts.js";

const EXAMPLES_PER_CLASS = 6;
const THUMBNAIL_SIDE = 112;

export async function report(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome> {
  const { store, workFolder } = dependencies;
  const { key, digests, manifest: known } = await lookUp(dependencies, request);
  if (known !== undefined) return outcomeOf(known, true);
  const started = performance.now();
  const data = await collect(dependencies, request);
  const out = await newWorkFolder(workFolder, "report");
  try {
    const html = join(out, "report.html");
    const json = join(out, "report.json");
    await writeFile(html, renderReport(data));
    await writeFile(json, JSON.stringify(data, null, 1));
    const { manifest, won } = await commitArtifact(store, {
      kind: request.stage.kind,
      key,
      parameters: request.stage.parameters,
      inputs: digests,
      summary: { model: data.model },
      engine: null,
      seconds: (performance.now() - started) / 1000,
      files: { "report.html": html, "report.json": json },
    });
    return outcomeOf(manifest, !won);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function collect(
  dependencies: ControlDependencies,
  { run, inputs }: StageRequest,
): Promise<ReportData> {
  const { store, engineFingerprint, uiUrl } = dependencies;
  const manifests = new Map<string, ArtifactManifest>();
  for (const [name, ref] of Object.entries(inputs)) manifests.set(name, await requireManifest(store, ref));
  const summaryOf = <T>(name: string): T => manifests.get(name)?.summary as T;

  const ingest = manifests.get("ingest") as ArtifactManifest;
  const dataset = summaryOf<DatasetSummary>("ingest");
  const evaluation = summaryOf<Evaluation>("evaluate");
  const checked = new Set(checkedPaths({ dataset, evaluation }));
  const model = summaryOf<ModelVersion>("register");
  const base = findBase(run.base?.architecture ?? run.file.base);
  const { source, licence, pretrainedOn } = run.base?.origin ?? base;
  const lines = (await readArtifactFile(store, ingest, "images.jsonl"))
    .toString("utf8")
    .trimEnd()
    .split("\n");
  const records = lines.map((line) => JSON.parse(line) as ImageRecord);
  const examples = evaluation.classes.map((_, label) =>
    records
      .filter((record) => record.label === label && record.split === "train")
      .slice(0, EXAMPLES_PER_CLASS)
      .map((record) => record.path),
  );
  const tested = [...evaluation.mistakes, ...(evaluation.topLosses ?? [])];
  const shown = new Set([...examples.flat(), ...tested.map(({ path }) => path)]);
  const thumbnails = await makeThumbnails(
    dependencies,
    ingest,
    records.filter(({ path }) => shown.has(path) || checked.has(path)),
  );
  const scratch = summaryOf<TrainingSummary | undefined>("scratch");
  const recipe = summaryOf<RecipeSummary | undefined>("recipe");
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
      layerGroups: base.architecture.groups.map((group) => group.name),
    },
    ...(bases === undefined ? {} : { bases }),
    ...(recipe === undefined ? {} : { recipe }),
    head: summaryOf<TrainingSummary>("head"),
    stages: tuned.map((name) => summaryOf<StageSummary>(name)),
    ...(scratch === undefined ? {} : { scratch: { history: scratch.history, seconds: scratch.seconds } }),
    evaluation,
    thumbnails,
    examples,
    timings: [...manifests].map(([stage, { seconds }]) => ({ stage, seconds, cached: false })),
    digests: Object.fromEntries([...manifests].map(([stage, { digest }]) => [stage, digest])),
    runFile: stringify(run.file),
    engine: engineFingerprint,
    thawVersion: run.thawVersion,
    ...(uiUrl === undefined ? {} : { temporalUrl: `${uiUrl}/namespaces/default/workflows/${run.runId}` }),
  };
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
