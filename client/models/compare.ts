/** Holds two runs or models against each other: their figures, and both on the images that neither has seen. */
import type { z } from "zod";
import { pairedTest } from "../../learn/bases/pairedTest.js";
import { ThawError } from "../../spec/errors.js";
import { PREDICTIONS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { Evaluation, FullPrediction } from "../../spec/records/evaluation.js";
import type { FoldsInBrief } from "../../spec/records/folds.js";
import { imageDigestSchema, predictionLineSchema } from "../../spec/schemas/records/files.js";
import { shapedLines } from "../../spec/schemas/shaped.js";
import {
  type ArtifactManifest,
  describeFile,
  readArtifactFile,
  requireManifest,
} from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { resolveRunRecord } from "./reference.js";

export interface ComparedSide
  extends Pick<Evaluation, "accuracy" | "accuracyInterval" | "balancedAccuracy" | "macroF1" | "loss"> {
  readonly runId: string;
  readonly model: string;
  readonly version: number;
  readonly classes: number;
  readonly testImages: number;
  /** Expected calibration error, of the model as it predicts. */
  readonly calibrationError?: number;
  readonly macroAuc?: number;
  readonly folds?: FoldsInBrief;
}

export interface PairedFigures {
  readonly images: number;
  readonly accuracyA: number;
  readonly accuracyB: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly pValue: number;
  /** Where the difference is more than chance gives one time in twenty. */
  readonly better?: "a" | "b";
}

export interface Comparison {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Absent where no image was held out by both. */
  readonly paired?: PairedFigures;
  /** Test images that the other one did not hold out: it may have been trained on them. */
  readonly onlyTestOf: { readonly a: number; readonly b: number };
  /** Images that both held out with different labels: neither answer can be held against both. */
  readonly labelledOtherwise: number;
}

const LEVEL = 0.05;

/** An answer to a held-out image. */
export interface Answer {
  /** SHA-256 of the file's bytes. */
  readonly image: string;
  readonly label: string;
  readonly isRight: boolean;
}

/**
 * @param refs runs that ended well, or models
 * @throws ThawError NOT_FOUND with what there is; STORE_…
 */
export async function compare(store: Store, refs: readonly [string, string]): Promise<Comparison> {
  const [a, b] = await Promise.all([readSide(store, refs[0]), readSide(store, refs[1])]);
  return { a: a.side, b: b.side, ...pair(a.answers, b.answers) };
}

/** Of a file that is there several times, one counts. */
export function pair(a: readonly Answer[], b: readonly Answer[]): Omit<Comparison, "a" | "b"> {
  const [ofA, ofB] = [byImage(a), byImage(b)];
  const common = [...ofA.values()].flatMap((answer) => {
    const other = ofB.get(answer.image);
    return other === undefined ? [] : [[answer, other] as const];
  });
  const same = common.filter(([one, other]) => one.label === other.label);
  const pairs = same.map(([one, other]) => [one.isRight, other.isRight] as const);
  const test = pairedTest(pairs);
  const share = (side: 0 | 1): number => pairs.filter((pair) => pair[side]).length / pairs.length;
  const better =
    test.pValue >= LEVEL ? {} : { better: test.onlyA > test.onlyB ? ("a" as const) : ("b" as const) };
  return {
    ...(pairs.length === 0
      ? {}
      : { paired: { images: pairs.length, accuracyA: share(0), accuracyB: share(1), ...test, ...better } }),
    onlyTestOf: { a: ofA.size - common.length, b: ofB.size - common.length },
    labelledOtherwise: common.length - same.length,
  };
}

const byImage = (answers: readonly Answer[]): ReadonlyMap<string, Answer> =>
  new Map(answers.map((answer) => [answer.image, answer]));

async function readSide(
  store: Store,
  ref: string,
): Promise<{ readonly side: ComparedSide; readonly answers: readonly Answer[] }> {
  const run = await resolveRunRecord(store, ref);
  const evaluate = await requireManifest(store, artifactOf(run, "evaluate"));
  const { calibration, macroAuc, classes, ...rest } = evaluate.summary as Evaluation;
  const { images, accuracy, accuracyInterval, balancedAccuracy, macroF1, loss } = rest;
  const side: ComparedSide = {
    runId: run.runId,
    model: run.model,
    version: run.version,
    classes: classes.length,
    testImages: images,
    ...{ accuracy, accuracyInterval, balancedAccuracy, macroF1 },
    loss: calibration?.after.loss ?? loss,
    ...(calibration === undefined ? {} : { calibrationError: calibration.after.ece }),
    ...(macroAuc === undefined ? {} : { macroAuc }),
    ...(run.folds === undefined ? {} : { folds: run.folds }),
  };
  const digests = await digestsOf(store, run);
  const predictions = await linesOf<FullPrediction>(store, evaluate, PREDICTIONS_FILE, predictionLineSchema);
  const answers = predictions.flatMap(({ path, label, predicted }) => {
    const [image, name] = [digests.get(path), classes[label]];
    return image === undefined || name === undefined
      ? []
      : [{ image, label: name, isRight: label === predicted }];
  });
  return { side, answers };
}

/** What the images' files are, by their paths: those may differ where the bytes are the same. */
async function digestsOf(store: Store, run: RunResult): Promise<ReadonlyMap<string, string>> {
  const ingest = await requireManifest(store, artifactOf(run, "ingest"));
  const images = await linesOf<{ path: string; sha256: string }>(
    store,
    ingest,
    "images.jsonl",
    imageDigestSchema,
  );
  return new Map(images.map(({ path, sha256 }) => [path, sha256]));
}

function artifactOf({ runId, artifacts }: RunResult, stage: string) {
  const artifact = artifacts[stage];
  if (artifact !== undefined) return artifact;
  throw new ThawError("NOT_FOUND", `run ${runId} has no stage ${stage}`, {
    hint: "only runs that ended well can be compared",
  });
}

async function linesOf<Line>(
  store: Store,
  manifest: ArtifactManifest,
  name: string,
  schema: z.ZodType,
): Promise<readonly Line[]> {
  const text = (await readArtifactFile(store, manifest, name)).toString("utf8");
  return shapedLines(text, schema, describeFile(manifest, name));
}
