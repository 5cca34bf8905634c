/** The one look at the held-out images: every stage's weights on the plain view of each of them. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDataset } from "../../data/dataset/dataset.js";
import { randomStream } from "../../rng/stream.js";
import type { ModelGolden } from "../../spec/golden.js";
import { FAMILIAR_FILE, PREDICTIONS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Evaluation } from "../../spec/records/evaluation.js";
import type { FoldPrediction, FoldSummary } from "../../spec/records/folds.js";
import { foldLineSchema } from "../../spec/schemas/records/files.js";
import { shapedLines } from "../../spec/schemas/shaped.js";
import { groupIndex } from "../bases/architecture.js";
import type { Base } from "../bases/catalogue.js";
import { chosenBase } from "../bases/chosen.js";
import { computingDevice, scoped, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import { assess } from "../evaluation/assessment.js";
import { leakedAccuracy } from "../evaluation/leakedAccuracy.js";
import { dealtOut, resemblance, type Side } from "../evaluation/resemblance.js";
import { atTemperature } from "../evaluation/temperature.js";
import { twinAccuracy } from "../evaluation/twins.js";
import { crossValidation, type FinishedFold } from "../folds/crossValidation.js";
import { type BoundaryPass, disposePass } from "../network/boundaries.js";
import { basePass } from "../network/frozen.js";
import { modelGoldenOf } from "../network/golden.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../network/head.js";
import { freezeGroups, poolFeatures } from "../network/network.js";
import { overlay, type Parameters, parameter } from "../network/parameters.js";
import { drawnPicture, loadSound } from "../network/tryOut.js";
import { readSafetensors } from "../safetensors.js";
import { renderBatches } from "../samples/render.js";
import { someOf } from "../samples/views.js";
import { softmaxRows } from "../training/step/loss.js";
import { pixelTensor } from "../training/step/pixels.js";
import { crossEntropyAndAccuracy } from "../training/validation.js";
import { writeFamiliar } from "./familiar.js";
import type { StageContext } from "./job.js";
import { keptBoundaries, openPlainFeatures, type PlainFeatures } from "./plainFeatures.js";
import { listSuspects } from "./suspects.js";
import { type LastActivations, writeVisuals } from "./visuals.js";

export interface Candidate {
  /** Name of the stage, e.g. `tune-1`. */
  readonly stage: string;
  readonly weights: string;
  /** Deepest layer group whose weights differ from the base's; undefined for a head on the frozen base. */
  readonly deepest?: string;
}

export interface ScratchCandidate {
  readonly weights: string;
  readonly seconds: number;
  readonly epochs: number;
}

/** A finished fold: its summary and its file of predictions. */
export interface FoldResult {
  readonly summary: FoldSummary;
  readonly predictions: string;
}

const BATCH = 32;

interface LogitsOptions {
  readonly mirror?: boolean;
  /** Filled with the last candidate's pooled features, and with the base's, `[images, features]`. */
  readonly features?: Float32Array;
  readonly frozen?: Float32Array;
}

type PassResult = ReturnType<BoundaryPass["run"]>;

interface PassedBatch {
  readonly count: number;
  readonly result: PassResult;
}

/** A candidate's layers above its boundary, ready to run. */
interface Runner {
  readonly stage: string;
  readonly from: number;
  readonly parameters: Parameters;
  /** The last activations, `[batch, rows, columns, channels]`; undefined at the top, where there is nothing left to run. */
  last(activations: PassResult): Tensor4D | undefined;
  /** @param keep is given the pooled features, `[batch, features]` */
  logits(activations: PassResult, keep?: (features: Float32Array) => void): Float32Array;
  dispose(): void;
}

/**
 * @param candidates in the order of the stages; the last one is the model
 * @param featuresFile of the run's features artifact, if it is at hand: with the activations that the stages before were
 *   trained on, if they are at hand, nothing else of plain views is asked for, and the result is the same to the bit
 */
export async function evaluate(
  context: StageContext,
  candidates: readonly Candidate[],
  scratch?: ScratchCandidate,
  folds: readonly FoldResult[] = [],
  featuresFile?: string,
): Promise<Evaluation> {
  const base = chosenBase(context.base);
  const { architecture, input } = base;
  const top = architecture.groups.length;
  const pretrained = await loadSound(base, context.base);
  const dataset = await openDataset(context.folders.dataset);
  const runners = await Promise.all(
    candidates.map(async ({ stage, weights, deepest }): Promise<Runner> => {
      const from = deepest === undefined ? top : groupIndex(architecture, deepest);
      return suffixRunner(stage, from, overlay(pretrained, await readSafetensors(weights)));
    }),
  );
  const scratchRunner = scratch && suffixRunner("scratch", 0, await readSafetensors(scratch.weights));
  const pass = await basePass(
    base,
    pretrained,
    runners.map((runner) => runner.from),
  );
  const entered = [...runners, ...(scratchRunner === undefined ? [] : [scratchRunner])].map(
    ({ from }) => from,
  );
  const plain =
    featuresFile === undefined
      ? undefined
      : await plainOf(featuresFile, context, base, dataset.records, entered);

  function suffixRunner(stage: string, from: number, parameters: Parameters): Runner {
    const suffix = freezeGroups(architecture, parameters, from, top);
    const head = parameter(parameters, HEAD_KERNEL);
    const kernel = tf.tensor2d(head.data, head.shape as [number, number]);
    const bias = tf.tensor1d(parameter(parameters, HEAD_BIAS).data);
    const last = ({ activations }: PassResult): Tensor4D | undefined => {
      // Of an extractor the top is layer group 0, where the pixels enter.
      const x = from === top ? undefined : activations.get(from);
      return x && suffix.run(x);
    };
    return {
      stage,
      from,
      parameters,
      last,
      logits: (result, keep) =>
        scoped(() => {
          const y = last(result);
          const pooled: Tensor2D = y === undefined ? result.features : poolFeatures(y);
          keep?.(pooled.dataSync() as Float32Array);
          return denseLogits(pooled, kernel, bias).dataSync() as Float32Array;
        }),
      dispose: () => {
        suffix.dispose();
        tf.dispose([kernel, bias]);
      },
    };
  }

  /** Batch by batch, the pixels among the activations; whoever is given a result disposes of it. */
  async function* computed(images: readonly number[], mirror: boolean): AsyncGenerator<PassedBatch> {
    const views = images.map((image) => ({ image, view: 0 }));
    for await (const batch of renderBatches(dataset, input, context.augment, context.seed, views, BATCH)) {
      const count = batch.views.length;
      const x = tf.tidy(() => {
        const upright = pixelTensor(batch.pixels, [count, input.size, input.size, 3], input.pixelScale);
        return mirror ? tf.reverse4d(upright, [2]) : upright;
      });
      yield { count, result: withInput(pass.run(x), x) };
    }
  }

  /** In the same batches, so that what follows is rounded alike. */
  async function* plainPasses(images: readonly number[]): AsyncGenerator<PassedBatch> {
    if (!plain?.serves(images.length, BATCH)) return yield* computed(images, false);
    for (let first = 0; first < images.length; first += BATCH) {
      const own = images.slice(first, first + BATCH);
      yield { count: own.length, result: plain.pass(own) };
    }
  }

  /** The model's last activations; undefined of a frozen base, whose own pass is cheaper. */
  const lastOf: LastActivations | undefined =
    (runners.at(-1)?.from ?? top) === top
      ? undefined
      : async (images, use) => {
          for await (const { count, result } of plainPasses(images)) {
            scoped(() => use(runners.at(-1)?.last(result) as Tensor4D, count));
            disposePass(result);
          }
        };

  const { classes } = dataset.summary;
  const logitsOf = async (
    phase: string,
    images: readonly number[],
    wanted: readonly Runner[],
    { mirror = false, features, frozen }: LogitsOptions = {},
  ): Promise<Float32Array[]> => {
    const logits = wanted.map(() => new Float32Array(images.length * classes.length));
    const started = performance.now();
    let done = 0;
    for await (const { count, result } of mirror ? computed(images, true) : plainPasses(images)) {
      frozen?.set(result.features.dataSync() as Float32Array, done * architecture.features);
      const keep = (own: Float32Array): void => features?.set(own, done * architecture.features);
      wanted.forEach((runner, i) => {
        const own = runner === runners.at(-1) ? runner.logits(result, keep) : runner.logits(result);
        logits[i]?.set(own, done * classes.length);
      });
      disposePass(result);
      done += count;
      const seconds = (performance.now() - started) / 1000;
      context.onProgress({
        phase,
        step: done,
        total: images.length,
        imagesPerSecond: Math.round(done / seconds),
        etaSeconds: Math.round((seconds / done) * (images.length - done)),
        images: count,
      });
    }
    return logits;
  };

  /** What thaw's own picture gives: whoever loads the model compares. */
  const goldenOf = (runner: Runner, temperature = 1): ModelGolden =>
    scoped(() => {
      const { size, pixelScale } = input;
      const x = pixelTensor(drawnPicture(size), [1, size, size, 3], pixelScale);
      let features = new Float32Array();
      const logits = runner.logits(withInput(pass.run(x), x), (own) => {
        features = new Float32Array(own);
      });
      const probabilities = softmaxRows(atTemperature(logits, temperature), classes.length);
      return modelGoldenOf(features, probabilities, computingDevice());
    });

  try {
    const labelsOf = (images: readonly number[]): number[] =>
      images.map((image) => dataset.records[image]?.label ?? 0);
    const groupsOf = (images: readonly number[]): string[] =>
      images.map((image) => dataset.records[image]?.group ?? "");
    const final = runners.slice(-1);
    const validation = someOf(dataset.records, "validation");
    const held = someOf(dataset.records, "test");
    const room = (images: readonly number[]) => new Float32Array(images.length * architecture.features);
    const frozen = { validation: room(validation), held: room(held) };
    const [validationLogits = new Float32Array()] = await logitsOf("validation images", validation, final, {
      frozen: frozen.validation,
    });
    const everyone = scratchRunner === undefined ? runners : [...runners, scratchRunner];
    const features = room(held);
    const logits = await logitsOf("held-out images", held, everyone, { features, frozen: frozen.held });
    // A mirror image means something only where the run file says that sides do not matter.
    const [mirrored] = context.augment.flip
      ? await logitsOf("mirrored images", held, final, { mirror: true })
      : [];
    const scratchLogits = scratchRunner && logits[runners.length];
    const { evaluation, predictions } = assess({
      classes,
      paths: held.map((image) => dataset.records[image]?.path ?? ""),
      labels: labelsOf(held),
      groups: groupsOf(held),
      stages: runners.map(({ stage }, i) => ({ stage, logits: logits[i] ?? new Float32Array() })),
      validation: {
        labels: labelsOf(validation),
        logits: validationLogits,
        groups: groupsOf(validation),
      },
      ...(mirrored === undefined ? {} : { mirrored }),
      ...(scratch === undefined || scratchLogits === undefined
        ? {}
        : { scratch: { logits: scratchLogits, seconds: scratch.seconds, epochs: scratch.epochs } }),
      seed: context.seed,
    });
    const side = (images: readonly number[], own: Float32Array, ofBase: Float32Array): Side => ({
      images: images.map((image) => dataset.records[image] as ImageRecord),
      correct: crossEntropyAndAccuracy(own, labelsOf(images), classes.length).correct,
      features: ofBase,
    });
    const alike = resemblance(
      side(validation, validationLogits, frozen.validation),
      side(held, logits[runners.length - 1] ?? new Float32Array(), frozen.held),
      architecture.features,
      randomStream(context.seed, "resemblance"),
      dealtOut(dataset.summary),
    );
    await writeFile(
      join(context.folders.out, PREDICTIONS_FILE),
      predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join(""),
    );
    await writeFamiliar(
      join(context.folders.out, FAMILIAR_FILE),
      dataset.records,
      held,
      features,
      architecture.features,
    );
    const { parameters = pretrained } = runners.at(-1) ?? {};
    const heldOut = { held, predictions, features, evaluation };
    await writeVisuals(context, dataset, { base, parameters, lastOf }, heldOut, plain);
    const [last] = final;
    return {
      ...evaluation,
      ...(last === undefined ? {} : { golden: goldenOf(last, evaluation.temperature) }),
      ...(folds.length === 0
        ? {}
        : {
            crossValidation: crossValidation(
              await Promise.all(folds.map(readFold)),
              classes.length,
              new Map(dataset.records.map(({ path, group }) => [path, group])),
            ),
          }),
      ...(alike === undefined ? {} : { resemblance: alike }),
      leaked: leakedAccuracy(dataset.records, predictions),
      twins: twinAccuracy(dataset.records, predictions),
      labelSuspects: listSuspects(dataset.records, classes.length, [
        { images: held, logits: logits[runners.length - 1] ?? new Float32Array() },
        { images: validation, logits: validationLogits },
      ]),
    };
  } finally {
    plain?.close();
    pass.dispose();
    for (const runner of runners) runner.dispose();
    scratchRunner?.dispose();
    await dataset.close();
  }
}

/** @param groups positions that the candidates' own layers begin at; the top is where the features are */
async function plainOf(
  featuresFile: string,
  context: StageContext,
  base: Base,
  records: readonly ImageRecord[],
  groups: readonly number[],
): Promise<PlainFeatures | undefined> {
  const top = base.architecture.groups.length;
  const boundaries = await keptBoundaries(
    context,
    base,
    groups.filter((group) => group !== top),
  );
  return boundaries && openPlainFeatures(featuresFile, base, records, context.augment.views, boundaries);
}

/** A network from random weights shares nothing with the base: its boundary is the input. */
function withInput(result: PassResult, x: Tensor4D): PassResult {
  return { ...result, activations: new Map([...result.activations, [0, x]]) };
}

async function readFold({ summary, predictions }: FoldResult): Promise<FinishedFold> {
  const lines = shapedLines<FoldPrediction>(await readFile(predictions), foldLineSchema, predictions);
  return { summary, predictions: lines };
}
