/** The one look at the held-out images: every stage's weights on the plain view of each test image. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDataset } from "../../data/dataset.js";
import type { Evaluation, Prediction } from "../../spec/evaluation.js";
import { groupIndex } from "../bases/architecture.js";
import { chosenBase } from "../bases/chosen.js";
import { boundaryPass, disposePass } from "../boundaries.js";
import { scoped, type Tensor2D, tf } from "../engine.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../head.js";
import { confusionMatrix, summarizeConfusion } from "../metrics.js";
import { freezeGroups, poolFeatures } from "../network.js";
import { overlay, type Parameters, parameter } from "../parameters.js";
import { renderBatches } from "../render.js";
import { readSafetensors } from "../safetensors.js";
import { pixelTensor } from "../training/batch.js";
import { softmaxRows } from "../training/loss.js";
import { argMax, crossEntropyAndAccuracy } from "../training/validation.js";
import { someOf } from "../views.js";
import { PREDICTIONS_FILE, type StageContext } from "./job.js";

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

const BATCH = 32;
const MOST_MISTAKES = 24;

/** A candidate's layers above its boundary, ready to run. */
interface Runner {
  readonly stage: string;
  readonly from: number;
  logits(activations: ReturnType<ReturnType<typeof boundaryPass>["run"]>): Float32Array;
  dispose(): void;
}

/** @param candidates in the order of the stages; the last one is the model */
export async function evaluate(
  context: StageContext,
  candidates: readonly Candidate[],
  scratch?: ScratchCandidate,
): Promise<Evaluation> {
  const base = chosenBase(context.base);
  const { architecture, input } = base;
  const top = architecture.groups.length;
  const pretrained = await base.load(context.base.checkpoint);
  const dataset = await openDataset(context.folders.dataset);
  const runners = await Promise.all(
    candidates.map(async ({ stage, weights, deepest }): Promise<Runner> => {
      const from = deepest === undefined ? top : groupIndex(architecture, deepest);
      return suffixRunner(stage, from, overlay(pretrained, await readSafetensors(weights)));
    }),
  );
  const scratchRunner = scratch && suffixRunner("scratch", 0, await readSafetensors(scratch.weights));
  const pass = boundaryPass(
    architecture,
    pretrained,
    runners.map((runner) => runner.from),
  );

  function suffixRunner(stage: string, from: number, parameters: Parameters): Runner {
    const suffix = freezeGroups(architecture, parameters, from, top);
    const head = parameter(parameters, HEAD_KERNEL);
    const kernel = tf.tensor2d(head.data, head.shape as [number, number]);
    const bias = tf.tensor1d(parameter(parameters, HEAD_BIAS).data);
    return {
      stage,
      from,
      logits: ({ activations, features }) =>
        scoped(() => {
          const x = activations.get(from);
          const pooled: Tensor2D = x === undefined ? features : poolFeatures(suffix.run(x));
          return denseLogits(pooled, kernel, bias).dataSync() as Float32Array;
        }),
      dispose: () => {
        suffix.dispose();
        tf.dispose([kernel, bias]);
      },
    };
  }

  try {
    const images = someOf(dataset.records, "test");
    const classes = dataset.summary.classes;
    const everyone = scratchRunner === undefined ? runners : [...runners, scratchRunner];
    const logits = everyone.map(() => new Float32Array(images.length * classes.length));
    const views = images.map((image) => ({ image, view: 0 }));
    const started = performance.now();
    let done = 0;
    for await (const batch of renderBatches(dataset, input, context.augment, context.seed, views, BATCH)) {
      const shape = [batch.views.length, input.size, input.size, 3];
      const x = pixelTensor(batch.pixels, shape, input.pixelScale);
      const result = pass.run(x);
      // A network from random weights shares nothing with the base: its boundary is the input.
      const all = { ...result, activations: new Map([...result.activations, [0, x] as const]) };
      everyone.forEach((runner, i) => {
        logits[i]?.set(runner.logits(all), done * classes.length);
      });
      disposePass(result);
      x.dispose();
      done += batch.views.length;
      const seconds = (performance.now() - started) / 1000;
      context.onProgress({
        phase: "held-out images",
        step: done,
        total: images.length,
        imagesPerSecond: Math.round(done / seconds),
        etaSeconds: Math.round((seconds / done) * (images.length - done)),
      });
    }

    const labels = images.map((image) => dataset.records[image]?.label ?? 0);
    const accuracyOf = (values: Float32Array): number =>
      crossEntropyAndAccuracy(values, labels, classes.length).accuracy;
    const final = logits[runners.length - 1] ?? new Float32Array();
    const probabilities = softmaxRows(final, classes.length);
    const predictions: Prediction[] = images.map((image, row) => {
      const predicted = argMax(probabilities, row * classes.length, classes.length);
      return {
        path: dataset.records[image]?.path ?? "",
        label: labels[row] ?? 0,
        predicted,
        confidence: probabilities[row * classes.length + predicted] ?? 0,
      };
    });
    await writeFile(
      join(context.folders.out, PREDICTIONS_FILE),
      predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join(""),
    );
    const confusion = confusionMatrix(
      labels,
      predictions.map((prediction) => prediction.predicted),
      classes.length,
    );
    const scratchLogits = scratchRunner && logits[runners.length];
    return {
      classes,
      images: images.length,
      ...summarizeConfusion(confusion, classes),
      loss: crossEntropyAndAccuracy(final, labels, classes.length).loss,
      confusion,
      mistakes: predictions
        .filter((prediction) => prediction.predicted !== prediction.label)
        .sort((a, b) => b.confidence - a.confidence)
        .slice(0, MOST_MISTAKES),
      byStage: runners.map(({ stage }, i) => ({
        stage,
        accuracy: accuracyOf(logits[i] ?? new Float32Array()),
      })),
      ...(scratch !== undefined && scratchLogits !== undefined
        ? {
            scratch: {
              accuracy: accuracyOf(scratchLogits),
              seconds: scratch.seconds,
              epochs: scratch.epochs,
            },
          }
        : {}),
    };
  } finally {
    pass.dispose();
    for (const runner of runners) runner.dispose();
    scratchRunner?.dispose();
    await dataset.close();
  }
}
