/** Upwards: what a version, a run or a dataset was made of. */
import type { ArtifactRef } from "../../spec/artifact.js";
import type { BaseSpec } from "../../spec/base.js";
import { type LineageNode, withNodes } from "../../spec/lineageTree.js";
import { masked } from "../../spec/network/masked.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import { type DatasetSummary, SPLITS } from "../../spec/records/dataset.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { depthWords } from "../../spec/retraining/depth.js";
import type { ArtifactManifest } from "../../store/artifacts/artifacts.js";
import { madeFrom } from "../bases/madeFrom.js";
import { artifactsOf, labelOf, type StoreRecords, versionsWith } from "./records.js";

/** Of a version: the run that registered it, with all that the run stands on, and the base. */
export function upOfVersion(records: StoreRecords, version: ModelVersion): readonly LineageNode[] {
  const run = records.runs.get(version.runId);
  const artifacts = artifactsOf(records, version);
  const name = version.runId;
  const gone = run === undefined ? { text: "the store has no record of it" } : {};
  return [
    withNodes({ kind: "run", name, relation: "registered-by", at: version.createdAt, ...gone }, [
      ...(run === undefined ? [] : originOfRun(records, run)),
      ...stages(records, name, artifacts),
    ]),
    baseNode(records, version),
  ];
}

/** Of a run: what started it, its stages, its base. */
export function upOfRun(records: StoreRecords, run: RunResult): readonly LineageNode[] {
  const version = records.versions.find(({ name, version }) => name === run.model && version === run.version);
  return [
    ...originOfRun(records, run),
    ...stages(records, run.runId, run.artifacts),
    // Where a run gave a version again, the version's base is the run's: it is in every key.
    ...(version === undefined ? [] : [baseNode(records, version)]),
  ];
}

function originOfRun(
  { ticks }: StoreRecords,
  { runId, lineage, resumedFrom }: RunResult,
): readonly LineageNode[] {
  const tick = ticks.get(runId);
  const before =
    resumedFrom === undefined ? [] : [{ kind: "run", name: resumedFrom, relation: "goes-on-from" } as const];
  if (tick !== undefined) {
    const schedule = tick.schedule === undefined ? "" : `schedule ${tick.schedule}, `;
    const deep = tick.depth === undefined ? "" : `, trained ${depthWords(tick.depth)}`;
    const text = `${schedule}because of ${tick.reasons.join(", ")}${deep}`;
    return [
      ...before,
      { kind: "retraining", name: tick.workflowId, relation: "started-by", at: tick.at, text },
    ];
  }
  if (lineage === undefined || lineage === runId || lineage === resumedFrom) return before;
  return [...before, { kind: "retraining", name: lineage, relation: "started-by" }];
}

function stages(
  records: StoreRecords,
  runId: string,
  artifacts: Readonly<Record<string, ArtifactRef>>,
): readonly LineageNode[] {
  return Object.entries(artifacts).map(([stage, ref]) => {
    if (ref.kind === "ingest") return datasetNode(records, ref, "stage", runId);
    return { kind: "artifact", name: stage, relation: "stage", digest: ref.digest, key: ref.key };
  });
}

/** A dataset, and where its images came from. @param runId of a run that read it: uploads are told by their readers */
export function datasetNode(
  records: StoreRecords,
  { key, digest }: Pick<ArtifactRef, "key" | "digest">,
  relation: NonNullable<LineageNode["relation"]>,
  runId?: string,
): LineageNode {
  const manifest = records.manifests.get(key);
  const known = { kind: "dataset", name: "ingest", relation, digest, key } as const;
  if (manifest === undefined) return { ...known, text: "it is not in the store" };
  return withNodes(
    { ...known, text: countsText(manifest.summary as DatasetSummary) },
    upOfDataset(records, manifest, runId),
  );
}

function countsText({ images, classes, counts }: DatasetSummary): string {
  const of = (split: (typeof SPLITS)[number]): number => counts[split].reduce((sum, count) => sum + count, 0);
  return `${images} images of ${classes.length} classes: ${SPLITS.map((split) => `${of(split)} ${split}`).join(", ")}`;
}

export function upOfDataset(
  records: StoreRecords,
  { key, inputs, parameters }: ArtifactManifest,
  reader: string | undefined,
): readonly LineageNode[] {
  const { runs, uploads } = records;
  const runId = reader ?? [...runs.values()].find(({ artifacts }) => artifacts.ingest?.key === key)?.runId;
  const lineage = runId === undefined ? undefined : runs.get(runId)?.lineage;
  const upload = uploads.get(runId ?? "") ?? uploads.get(lineage ?? "");
  const { source } = inputs;
  return [
    ...(source === undefined
      ? []
      : [
          {
            kind: "source",
            name: pathOf(records, runId) ?? "images",
            relation: "read-from",
            digest: source,
          } as const,
        ]),
    ...(upload === undefined
      ? []
      : [{ kind: "upload", name: "upload", relation: "uploaded-as", digest: upload } as const]),
    ...knownDatasets(records, parameters.kept, "keeps-splits-of"),
    ...knownDatasets(records, parameters.met, "knows-images-of"),
  ];
}

/** `data.path` as the run file has it, which the report's manifest knows; undefined where that was not read. */
function pathOf({ runs, manifests }: StoreRecords, runId: string | undefined): string | undefined {
  const report = manifests.get(runs.get(runId ?? "")?.artifacts.report?.key ?? "");
  const file = report?.parameters.file as { readonly data?: { readonly path?: unknown } } | undefined;
  return typeof file?.data?.path === "string" ? masked(file.data.path) : undefined;
}

/** @param digests of datasets, as they stand in the parameters of `ingest` */
function knownDatasets(
  records: StoreRecords,
  digests: unknown,
  relation: "keeps-splits-of" | "knows-images-of" | "tuned-on",
): readonly LineageNode[] {
  if (!Array.isArray(digests)) return [];
  return digests.map((digest: unknown) => {
    const versions = versionsWith(records, "ingest", String(digest)).map(labelOf);
    const name = versions.length === 0 ? "ingest" : versions.join(", ");
    return { kind: versions.length === 0 ? "dataset" : "model", name, relation, digest: String(digest) };
  });
}

export function baseNode(
  records: StoreRecords,
  version: Pick<ModelVersion, "base" | "baseSpec">,
): LineageNode {
  const { base, checkpoint } = madeFrom(version);
  const { baseSpec } = version;
  return withNodes(
    {
      kind: "base",
      name: base,
      relation: "base",
      ...(baseSpec === undefined ? {} : { digest: baseSpec.digest }),
    },
    [
      ...(checkpoint === undefined
        ? []
        : [
            {
              kind: "checkpoint",
              name: checkpointName(version),
              relation: "checkpoint",
              digest: checkpoint,
            } as const,
          ]),
      ...layersOf(records, baseSpec),
      ...knownDatasets(
        records,
        baseSpec?.tunedOn?.map(({ digest }) => digest),
        "tuned-on",
      ),
    ],
  );
}

const checkpointName = ({ base, baseSpec }: Pick<ModelVersion, "base" | "baseSpec">): string =>
  baseSpec?.origin.source ?? base;

function layersOf({ versions }: StoreRecords, spec: BaseSpec | undefined): readonly LineageNode[] {
  return (spec?.layers ?? []).map(({ kind, key, digest }) => {
    const of = versions.filter(({ weights }) => weights.digest === digest).map(labelOf);
    return {
      ...({ kind: "artifact", name: kind, relation: "layer", digest, key } as const),
      ...(of.length === 0 ? {} : { text: `the weights of ${of.join(", ")}` }),
    };
  });
}
