/**
 * Whether inner folds would be a better gate than a run's own validation images: every depth is tried, without a gate, in five
 * folds of the training and validation images, the images that a fold holds out are put together, and the gate's tests judge by
 * them. Beside it what the same depths reach on the test images, after training on the run's own split.
 *   node dist/bench/gate/innerFolds.js OUT/SET/SEED…   (folders of `rivals/exportSplit.js`)
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chosenBase } from "../../learn/bases/chosen.js";
import { gate } from "../../learn/evidence/gate.js";
import { foldSplits } from "../../learn/folds/splits.js";
import { readRecords } from "../../learn/stages/activations.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { writeFoldData } from "../../learn/stages/folds/foldData.js";
import type { StageContext } from "../../learn/stages/job.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import type { ValidationResult } from "../../learn/training/trainee.js";
import { crossEntropyAndAccuracy } from "../../learn/training/validation.js";
import { randomStream } from "../../rng/stream.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord, Split } from "../../spec/records/dataset.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";
import { readSplit } from "../rivals/split.js";
import { mean } from "../support.js";
import { boundaryLogits } from "./boundaryLogits.js";

const FOLDS = 5;
const STAGES = ["blocks.6", "blocks.5"] as const;
const DEEPEST = "blocks.5";
/** Head, and after each of the stages. */
const DEPTHS = ["head", ...STAGES] as const;

/** Splits of all images, and those that are judged. */
interface Division {
  readonly splits: readonly Split[];
  readonly judged: readonly number[];
}

/** The inner folds, and last the run's own split. Test images are "test" in all of them, and judged in the last alone. */
function divisions(records: readonly ImageRecord[], classes: number, seed: number): readonly Division[] {
  const inside = records.flatMap(({ split }, image) => (split === "test" ? [] : [image]));
  const folds = foldSplits(
    inside.map((image) => records[image] as ImageRecord),
    classes,
    FOLDS,
    seed,
  );
  const inner = folds.map((own): Division => {
    const splits: Split[] = records.map(() => "test");
    inside.forEach((image, i) => {
      splits[image] = own[i] as Split;
    });
    return { splits, judged: inside.filter((_, i) => own[i] === "test") };
  });
  const tested = records.flatMap(({ split }, image) => (split === "test" ? [image] : []));
  return [...inner, { splits: records.map(({ split }) => split), judged: tested }];
}

/** @returns what each depth makes of the images judged */
async function tryDepths(
  file: RunFile,
  context: StageContext,
  features: string,
  { splits, judged }: Division,
  work: string,
): Promise<ValidationResult[]> {
  const { stages: _stages, surgical: _surgical, ...settings } = file.unfreeze;
  const pretrained = await chosenBase(context.base).load(context.base.checkpoint);
  const dataset = await readRecords(context.folders.dataset);
  const { records, summary } = dataset;
  const own = await writeFoldData(context, pretrained, dataset, splits, features, STAGES, work);
  const at = contextsIn(work, own.dataset, file, own.scratch);
  const weightsOf = (stage: string): string => join(work, stage, WEIGHTS_FILE);
  await trainHead(await at("head"), file.head, own.features);
  const keep = (): { kept: boolean; verdict: string } => ({ kept: true, verdict: "" });
  for (const [index, deepest] of STAGES.entries()) {
    const previous = weightsOf(DEPTHS[index] as string);
    await tuneStage(await at(deepest), { ...settings, deepest, stage: index + 1 }, previous, keep);
  }
  const classes = summary.classes.length;
  const heldOut = records.flatMap((_, image) => (splits[image] === "test" ? [image] : []));
  const rows = judged.map((image) => heldOut.indexOf(image));
  const labels = judged.map((image) => (records[image] as ImageRecord).label);
  const all = await boundaryLogits(await at("head"), DEEPEST, DEPTHS.map(weightsOf), "test");
  return all.map(({ logits }) => {
    const values = rows.flatMap((row) => Array.from(logits.subarray(row * classes, (row + 1) * classes)));
    return crossEntropyAndAccuracy(Float32Array.from(values), labels, classes);
  });
}

function together(results: readonly ValidationResult[]): ValidationResult {
  const correct = results.flatMap((result) => result.correct);
  const calibrated = results.flatMap((result) => result.calibratedLosses());
  return {
    loss: mean(results.map(({ loss }) => loss)),
    accuracy: mean(correct.map(Number)),
    correct,
    calibratedLosses: () => calibrated,
  };
}

const described = (results: readonly ValidationResult[]): string =>
  results
    .map(
      (result) => `${(100 * result.accuracy).toFixed(1)} % / ${mean(result.calibratedLosses()).toFixed(3)}`,
    )
    .join(", ");

for (const exported of process.argv.slice(2)) {
  const { set, seed, flip } = await readSplit(exported);
  const file = runFileSchema.parse({
    name: "bench",
    data: { path: ".", outside: "allow" },
    seed,
    augment: { flip },
  });
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const dataset = join(exported, "dataset");
    const context = await contextsIn(folder, dataset, file)("features");
    await extractFeatures(context, STAGES, false);
    const { records, summary } = await readRecords(dataset);
    const tried: ValidationResult[][] = [];
    const started = process.cpuUsage();
    for (const division of divisions(records, summary.classes.length, seed)) {
      const work = join(folder, "work");
      await mkdir(work);
      tried.push(await tryDepths(file, context, join(folder, "features", FEATURES_FILE), division, work));
      await rm(work, { recursive: true });
    }
    const { user, system } = process.cpuUsage(started);
    const inner = DEPTHS.map((_, depth) =>
      together(tried.slice(0, FOLDS).map((results) => results[depth] as ValidationResult)),
    );
    console.log(
      `${set} ${seed}, ${DEPTHS.join(", ")}: accuracy / calibrated loss; ${((user + system) / 1e6).toFixed(0)} processor seconds`,
    );
    console.log(`  inner folds: ${described(inner)}`);
    console.log(`  test images: ${described(tried.at(-1) ?? [])}`);
    let depth = 0;
    for (const next of STAGES.keys()) {
      const [before, after] = [inner[depth], inner[next + 1]];
      if (before === undefined || after === undefined) continue;
      const { kept, verdict } = gate(before, after, randomStream(seed, "gate", next + 1));
      console.log(`  ${DEPTHS[depth]} → ${DEPTHS[next + 1]}: ${verdict}`);
      if (kept) depth = next + 1;
    }
    console.log(`  decided: ${DEPTHS[depth]}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
