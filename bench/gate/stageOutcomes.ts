/**
 * Stages of unfreezing with the logits of every image, validation and held out, whatever a gate would say: the head,
 * the first stage, and the second one after the first as well as after the head, and each stage mixed with what it
 * started from. On the folds of brain MRI or another folder, on parts of the sign-language digits and on the quickstart's
 * own split. One line of JSON a set and seed; `gateRules.js` and `soups.js` read them.
 *   node dist/bench/gate/stageOutcomes.js digits|brain|emoji|FOLDER [SEED,… [TRAIN:VALIDATION…|SHARE]] [SETTINGS…] [size=PIXELS] >> FILE
 * TRAIN and VALIDATION are images a class; SHARE is that of the folds' validation images. SETTINGS are parts of a run
 * file's `unfreeze` as JSON: then the stages are trained with each of them in turn, after the same head and without mixtures,
 * for `unfreezeOptions.js`. With another size than the base's own a stage takes seconds.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { writeEmojiManifest } from "../../cli/quickstart/emojiDataset.js";
import { QUICKSTART_RUN_FILE } from "../../cli/quickstart/runFile.js";
import { parseRunFile } from "../../client/runFile/parse.js";
import { ingest } from "../../data/dataset/ingest.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { foldSplits } from "../../learn/folds/splits.js";
import { overlay, type Parameters, parameter } from "../../learn/network/parameters.js";
import { readSafetensors, writeSafetensors } from "../../learn/safetensors.js";
import { readRecords } from "../../learn/stages/activations.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { type FoldData, writeFoldData } from "../../learn/stages/folds/foldData.js";
import type { StageContext } from "../../learn/stages/job.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { locate } from "../../runtime/components/components.js";
import { baseCheckpoint } from "../../runtime/components/download/baseCheckpoint.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord, Split } from "../../spec/records/dataset.js";
import { runFileSchema, unfreezeSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";
import { ROOT } from "../support.js";
import { boundaryLogits } from "./boundaryLogits.js";
import { type Logits, SHARES, STARTS, type StageOutcomes } from "./outcomes.js";

/** Images a class that a seed divides anew; what a part does not use is held out. */
const POOL_PER_CLASS = 100;
/** The default shares, and one part with as many validation images as the main job has. */
const PARTS = ["5:1", "10:1", "20:3", "40:6", "40:20"];
const FOLDS = 5;
const SHALLOW = "blocks.6";
const DEEP = "blocks.5";
/** All that a float32 has. */
const DIGITS_WRITTEN = 9;

const words = process.argv.slice(2).filter((word) => !word.startsWith("size="));
const size = process.argv.find((word) => word.startsWith("size="))?.slice("size=".length);
const [which = "digits", seeds = "1,2,3", ...asked] = words.filter((word) => !word.startsWith("{"));
const options = words.filter((word) => word.startsWith("{"));
const parts = (asked.length === 0 ? PARTS : asked).map((part) => part.split(":").map(Number));
const SHARED = join(ROOT, "..", "shared", "data");
const inFolds = which === "brain" || which.includes("/");
const IMAGES = resolve(
  which.includes("/") ? which : join(SHARED, which === "brain" ? "brain-mri" : "sign-digits"),
);
const file =
  which === "emoji"
    ? parseRunFile(QUICKSTART_RUN_FILE, "the quickstart", [])
    : runFileSchema.parse({ name: "bench", data: { path: IMAGES, outside: "allow" }, augment: { views: 4 } });
const { path: _path, ...shares } = file.data;
/** On the folds: their share of validation images. */
const data = inFolds && asked[0] !== undefined ? { ...shares, validation: Number(asked[0]) } : shares;
const { name, load } = findBase(file.base);
const pretrained = await load(await baseCheckpoint(name));

async function contextIn(
  folder: string,
  out: string,
  own: Partial<FoldData>,
  seed: number,
): Promise<StageContext> {
  const { dataset = join(folder, "dataset"), scratch } = own;
  const context = await contextsIn(folder, dataset, { ...file, seed }, scratch)(out);
  return size === undefined ? context : { ...context, base: { ...context.base, inputSize: Number(size) } };
}

/** Every image, or so many of each class. @returns path of the manifest */
async function writeManifest(into: string): Promise<string> {
  if (which === "emoji") {
    return (await writeEmojiManifest((await locate("emoji-images"))?.path ?? "", into)).path;
  }
  const perClass = inFolds ? Number.POSITIVE_INFINITY : POOL_PER_CLASS;
  const lines: string[] = [];
  for (const label of (await readdir(IMAGES)).sort()) {
    for (const image of (await readdir(join(IMAGES, label))).sort().slice(0, perClass)) {
      lines.push(JSON.stringify({ path: join(IMAGES, label, image), label }));
    }
  }
  const path = join(into, "images.jsonl");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

/** The first images of each class in the seed's order train, the next validate, the others are held out. */
function partOf(
  records: readonly ImageRecord[],
  [train = 0, validation = 0]: readonly number[],
  seed: number,
): Split[] {
  const splits: Split[] = records.map(() => "test");
  const labels = [...new Set(records.map(({ label }) => label))];
  for (const label of labels) {
    const images = records.flatMap((record, image) => (record.label === label ? [image] : []));
    permutation(images.length, randomStream(seed, "part of the digits", label)).forEach((position, place) => {
      const image = images[position] as number;
      if (place < train) splits[image] = "train";
      else if (place < train + validation) splits[image] = "validation";
    });
  }
  return splits;
}

/** What is trained, validated and held out each time. */
function divisions(
  records: readonly ImageRecord[],
  classes: number,
  seed: number,
): readonly (readonly Split[])[] {
  if (which === "emoji") return [records.map(({ split }) => split)];
  if (inFolds) return foldSplits(records, classes, FOLDS, seed);
  return parts.map((part) => partOf(records, part, seed));
}

/**
 * The weights that lie `share` of the way from `start` to `end`, parameter by parameter: "WiSE-FT" (Wortsman et al.,
 * "Robust fine-tuning of zero-shot models", CVPR 2022).
 */
function between(start: Parameters, end: Parameters, share: number): Parameters {
  return new Map(
    [...end].map(([name, { shape, data }]) => {
      const from = parameter(start, name).data;
      return [name, { shape, data: data.map((to, i) => share * to + (1 - share) * (from[i] ?? 0)) }];
    }),
  );
}

/** @param option settings of the stages as JSON; without it mixtures are judged, too */
async function outcomes(
  folder: string,
  own: FoldData,
  seed: number,
  option: string | undefined,
): Promise<StageOutcomes["nodes"]> {
  const at = (out: string): Promise<StageContext> => contextIn(folder, out, own, seed);
  const weightsOf = (out: string): string => join(folder, out, WEIGHTS_FILE);
  const unfreeze = unfreezeSchema.parse({ ...file.unfreeze, ...JSON.parse(option ?? "{}") });
  const { stages: _stages, surgical: _surgical, ...settings } = unfreeze;
  const tune = async (out: string, deepest: string, stage: number, from: string): Promise<void> => {
    const keep = (): { kept: boolean; verdict: string } => ({ kept: true, verdict: "" });
    await tuneStage(await at(out), { ...settings, deepest, stage }, weightsOf(from), keep);
  };
  await tune("first", SHALLOW, 1, "head");
  await tune("both", DEEP, 2, "first");
  await tune("second", DEEP, 2, "head");
  const context = await at("head");
  const mixed: string[] = [];
  for (const [stage, start] of option === undefined ? Object.entries(STARTS) : []) {
    const [from, to] = [await readSafetensors(weightsOf(start)), await readSafetensors(weightsOf(stage))];
    for (const share of SHARES) {
      const name = `${stage}@${share}`;
      await mkdir(join(folder, name));
      await writeSafetensors(weightsOf(name), between(overlay(pretrained, from), to, share));
      mixed.push(name);
    }
  }
  const names = ["head", ...Object.keys(STARTS), ...mixed];
  const judge = async (split: Split): Promise<Logits[]> => {
    const judged = await boundaryLogits(context, DEEP, names.map(weightsOf), split);
    return judged.map(({ labels, logits }) => ({
      labels,
      logits: Array.from(logits, (logit) => Number(logit.toPrecision(DIGITS_WRITTEN))),
    }));
  };
  const validation = await judge("validation");
  const heldOut = await judge("test");
  const nodes = names.map((name, i) => [name, { validation: validation[i], heldOut: heldOut[i] }]);
  return Object.fromEntries(nodes) as StageOutcomes["nodes"];
}

const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
try {
  const source = await writeManifest(folder);
  const whole = await contextIn(folder, "features", {}, 1);
  await ingest({
    source,
    data,
    seed: 1,
    digestCache: join(folder, "digests.json"),
    out: whole.folders.dataset,
    onProgress: () => {},
  });
  await extractFeatures(whole, [SHALLOW, DEEP], false);
  const dataset = await readRecords(whole.folders.dataset);
  const { records, summary } = dataset;
  for (const seed of seeds.split(",").map(Number)) {
    for (const splits of divisions(records, summary.classes.length, seed)) {
      const started = performance.now();
      const work = join(folder, "work");
      await mkdir(work);
      const features = join(whole.folders.out, FEATURES_FILE);
      const own = await writeFoldData(whole, pretrained, dataset, splits, features, [SHALLOW, DEEP], work);
      await trainHead(await contextIn(work, "head", own, seed), file.head, own.features);
      const count = (wanted: Split): number => splits.filter((split) => split === wanted).length;
      const set = inFolds ? basename(IMAGES) : `${count("train")} ${which}`;
      for (const option of options.length === 0 ? [undefined] : options) {
        const nodes = await outcomes(work, own, seed, option);
        const line: StageOutcomes = { set, seed, ...(option === undefined ? {} : { option }), nodes };
        console.log(JSON.stringify(line));
      }
      console.error(`${set}, ${seed}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
      await rm(work, { recursive: true });
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
