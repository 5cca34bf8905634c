/** Small versions of models with all of their artifacts, as runs leave them in the store; nothing is trained. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { DatasetSummary, ImageRecord, Split } from "../../../spec/records/dataset.js";
import type { Evaluation } from "../../../spec/records/evaluation.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import { commitArtifact, refOf } from "../../../store/artifacts/artifacts.js";
import { artifactKey, sha256 } from "../../../store/artifacts/keys.js";
import type { Store } from "../../../store/connection/connection.js";
import { registerModel, writeRun } from "../../../store/records/records.js";

export interface MadeImage {
  /** Stands for the bytes. */
  readonly content: string;
  readonly label: string;
  readonly split: Split;
  readonly path?: string;
  readonly phash?: string;
  /** Of a test image: whether the version answers right; it does where this is left out. */
  readonly isRight?: boolean;
}

export interface MadeVersion {
  readonly name: string;
  readonly runId: string;
  readonly images: readonly MadeImage[];
  readonly file?: Readonly<Record<string, unknown>>;
  /** Datasets whose splits it keeps. */
  readonly kept?: readonly ArtifactRef[];
  readonly baseSpec?: ModelVersion["baseSpec"];
  readonly run?: Partial<Pick<RunResult, "lineage" | "resumedFrom">>;
}

export const digestOf = (content: string): string => sha256(`bytes of ${content}`);

/** @param folder for files on their way to the store */
export async function makeVersion(
  store: Store,
  folder: string,
  { name, runId, images, file = {}, kept = [], baseSpec, run = {} }: MadeVersion,
): Promise<ModelVersion> {
  await mkdir(folder, { recursive: true });
  const classes = [...new Set(images.map(({ label }) => label))].sort();
  const records = images.map((image, index) => recordOf(image, classes, index));
  const data = { background: "white", keep_short_side: 320, test: 0.2 };
  const artifact = async (
    kind: string,
    more: {
      readonly parameters?: object;
      readonly inputs?: Record<string, ArtifactRef>;
      readonly summary?: object;
    },
    files: Readonly<Record<string, string>> = {},
  ): Promise<ArtifactRef> => {
    const given = Object.entries(more.inputs ?? {}).map(([input, { digest }]) => [input, digest] as const);
    const source = kind === "ingest" ? [["source", sha256(JSON.stringify(records))] as const] : [];
    const parts = {
      ...{ kind, codeVersion: 1, engine: null },
      parameters: { ...more.parameters },
      inputs: Object.fromEntries([...given, ...source]),
    };
    const paths = Object.entries(files).map(async ([file, content]) => {
      const path = join(folder, `${runId}-${kind}-${file}`);
      await writeFile(path, content);
      return [file, path] as const;
    });
    const made = await commitArtifact(store, {
      ...parts,
      key: artifactKey(parts),
      ...{ summary: more.summary ?? {}, seconds: 2, files: Object.fromEntries(await Promise.all(paths)) },
    });
    return refOf(made.manifest);
  };
  const ingest = await artifact(
    "ingest",
    {
      parameters: { ...data, ...(kept.length === 0 ? {} : { kept: kept.map(({ digest }) => digest) }) },
      summary: summaryOf(records, classes),
    },
    { "images.jsonl": lines(records) },
  );
  const head = await artifact(
    "head",
    { parameters: { file }, inputs: { ingest }, summary: { history: [{ seconds: 1 }] } },
    { "weights.safetensors": `weights of ${runId}` },
  );
  const tested = images.flatMap((image, index) => (image.split === "test" ? [{ image, index }] : []));
  const evaluate = await artifact(
    "evaluate",
    {
      inputs: { ingest, head },
      summary: evaluationOf(
        tested.map(({ image }) => image),
        classes,
      ),
    },
    {
      "predictions.jsonl": lines(
        tested.map(({ image, index }) => {
          const { path, label } = records[index] as ImageRecord;
          return { path, label, predicted: image.isRight === false ? (label + 1) % classes.length : label };
        }),
      ),
    },
  );
  const report = await artifact("report", {
    parameters: { file: { name, data: { path: "photos", ...data }, head: { epochs: 10 }, ...file } },
    inputs: { ingest, head, evaluate },
  });
  const version = await registerModel(store, {
    ...{ name, runId, createdAt: "2026-01-01T00:00:00.000Z", classes },
    ...{ base: baseSpec?.name ?? "efficientnet-lite0", ...(baseSpec === undefined ? {} : { baseSpec }) },
    ...{ background: "white", keepShortSide: 320, testAccuracy: 0.9, weights: head },
    artifacts: { ingest, head, evaluate },
  });
  await writeRun(store, {
    ...{ runId, model: name, version: version.version, testAccuracy: 0.9, testAccuracyInterval: [0.8, 1] },
    ...{ byStage: [], artifacts: { ingest, head, evaluate, report } },
    ...run,
  });
  return version;
}

const lines = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

function recordOf(image: MadeImage, classes: readonly string[], index: number): ImageRecord {
  const { content, label, split, path = `${label}/${content}.jpg`, phash } = image;
  return {
    ...{ path, label: classes.indexOf(label), split, group: content, sha256: digestOf(content) },
    phash: phash ?? digestOf(content).slice(0, 16),
    ...{ width: 64, height: 64, format: "jpeg", pack: "pack-000.bin", offset: index, length: 1 },
  };
}

function summaryOf(records: readonly ImageRecord[], classes: readonly string[]): DatasetSummary {
  const of = (split: Split): number[] =>
    classes.map((_, label) => records.filter((one) => one.label === label && one.split === split).length);
  return {
    classes,
    counts: { train: of("train"), validation: of("validation"), test: of("test") },
    ...{ images: records.length, quarantined: [], duplicateGroups: 0, packs: ["pack-000.bin"] },
  };
}

function evaluationOf(tested: readonly MadeImage[], classes: readonly string[]): Partial<Evaluation> {
  const accuracy = tested.filter(({ isRight }) => isRight !== false).length / Math.max(1, tested.length);
  return {
    ...{ classes, images: tested.length, accuracy, accuracyInterval: [accuracy, accuracy] },
    ...{ balancedAccuracy: accuracy, macroF1: accuracy, loss: 0.5, byStage: [] },
  };
}
