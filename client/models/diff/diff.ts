/** What changed from one version of a model, or run, to another: images, values, base, answers, weights and warnings. */
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { DatasetSummary, ImageRecord } from "../../../spec/records/dataset.js";
import type { DepthDecision } from "../../../spec/retraining/depthDecision.js";
import { knownImageSchema } from "../../../spec/schemas/records/files.js";
import { subjectOf, type Warning } from "../../../spec/warnings/warning.js";
import { requireManifest } from "../../../store/artifacts/artifacts.js";
import { readArtifactLines } from "../../../store/artifacts/lines.js";
import type { Store } from "../../../store/connection/connection.js";
import { readModel } from "../../../store/records/records.js";
import { type MadeFrom, madeFrom } from "../../bases/madeFrom.js";
import { warningsOfArtifacts } from "../../runs/artifacts.js";
import {
  artifactOf,
  type ComparedSide,
  type Comparison,
  comparablePairs,
  pair,
  readSide,
} from "../compare.js";
import { type ClassFigures, classFigures } from "./classes.js";
import { type DataDiff, type DiffImage, dataDiff } from "./data.js";
import { codeDiff, type Made, type Making, making, valuesDiff } from "./making.js";
import type { ParameterDiff } from "./parameters.js";

export interface DiffSide
  extends Pick<ComparedSide, "runId" | "model" | "version" | "accuracy" | "testImages">,
    Making {
  /** Absent where the record of the version is gone. */
  readonly from?: MadeFrom;
  /** How deep the retraining trained that made the version; absent where none said so. */
  readonly depth?: DepthDecision;
}

export interface ModelDiff extends Omit<Comparison, "a" | "b"> {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly data: DataDiff;
  /** Of the run files, as they stand in the artifacts; the section `model` is in none of them. */
  readonly parameters: readonly ParameterDiff[];
  /** Stages whose code has another version. */
  readonly code: readonly ParameterDiff[];
  /** On the images that both held out with the same label. */
  readonly classes: readonly ClassFigures[];
  readonly warnings: { readonly added: readonly Warning[]; readonly gone: readonly Warning[] };
}

/**
 * @param refs runs that ended well, or models; the first is what it was before
 * @throws ThawError NOT_FOUND with what there is, also where an artifact is gone; ARTIFACT_CORRUPT; STORE_…
 */
export async function diff(store: Store, refs: readonly [string, string]): Promise<ModelDiff> {
  const [a, b] = await Promise.all([readDiffSide(store, refs[0]), readDiffSide(store, refs[1])]);
  return {
    a: a.side,
    b: b.side,
    data: dataDiff(a.images, b.images),
    parameters: valuesDiff(a.made, b.made),
    code: codeDiff(a.made, b.made),
    ...pair(a.answers, b.answers),
    classes: classFigures(comparablePairs(a.answers, b.answers)),
    warnings: { added: notIn(b.warnings, a.warnings), gone: notIn(a.warnings, b.warnings) },
  };
}

async function readDiffSide(store: Store, ref: string) {
  const { run, side, answers } = await readSide(store, ref);
  const [made, images, warnings, version] = await Promise.all([
    readMade(store, run),
    readImages(store, run),
    warningsOfArtifacts(store, run),
    readModel(store, run.model, run.version),
  ]);
  const { runId, model, accuracy, testImages } = side;
  const told: DiffSide = {
    ...{ runId, model, version: side.version, accuracy, testImages },
    ...making(made),
    ...(version === undefined ? {} : { from: madeFrom(version) }),
    ...(version?.depth === undefined ? {} : { depth: version.depth }),
  };
  return { side: told, answers, made, images, warnings };
}

async function readMade(store: Store, { artifacts }: RunResult): Promise<Made> {
  const read = Object.entries(artifacts).map(
    async ([stage, ref]) => [stage, await requireManifest(store, ref)] as const,
  );
  return new Map(await Promise.all(read));
}

async function readImages(store: Store, run: RunResult): Promise<readonly DiffImage[]> {
  const manifest = await requireManifest(store, artifactOf(run, "ingest"));
  const { classes } = manifest.summary as DatasetSummary;
  const records = await readArtifactLines<ImageRecord>(store, manifest, "images.jsonl", knownImageSchema);
  return records.map(({ path, sha256, label, split }) => ({
    path,
    sha256,
    label: classes[label] ?? "",
    split,
  }));
}

function notIn(warnings: readonly Warning[], others: readonly Warning[]): readonly Warning[] {
  const known = new Set(others.map(subjectOf));
  return warnings.filter((warning) => !known.has(subjectOf(warning)));
}
