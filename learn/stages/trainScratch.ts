/** Trains the same network from random weights for a given time, to show what the pretrained base buys. */
import { join } from "node:path";
import { WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { TrainingSummary } from "../../spec/records/training.js";
import { chosenBase } from "../bases/chosen.js";
import { refuseExtractor } from "../bases/extractor.js";
import { writeSafetensors } from "../safetensors.js";
import { trainingImages, viewRows } from "../samples/views.js";
import { fit } from "../training/fit.js";
import { fullNetworkTrainee, randomParameters } from "../training/step/fullNetwork.js";
import { openPixels, readRecords } from "./activations.js";
import type { StageContext } from "./job.js";

/** Coordinate of its random draws, apart from every stage of unfreezing. */
const SCRATCH_STAGE = 1000;
/** Usual settings for AdamW on a randomly initialized ConvNet of this size. */
const LEARNING_RATE = 0.002;
const WEIGHT_DECAY = 0.01;
const LABEL_SMOOTHING = 0.05;
/** More than fit into any budget: the time decides, and the schedule follows it. */
const MOST_EPOCHS = 10_000;

/** @param seconds how long the transfer took: features, head and stages together */
export async function trainScratch(
  context: StageContext,
  seconds: number,
  batchSize: number,
): Promise<TrainingSummary> {
  const base = chosenBase(context.base);
  refuseExtractor(base, "nothing can be trained from random weights");
  const { records, summary } = await readRecords(context.folders.dataset);
  const samples = await openPixels(context);
  try {
    const classes = summary.classes.length;
    const trainee = fullNetworkTrainee(
      {
        architecture: base.architecture,
        parameters: randomParameters(base.architecture, classes, context.seed),
        learningRate: LEARNING_RATE,
        weightDecay: WEIGHT_DECAY,
        labelSmoothing: LABEL_SMOOTHING,
        loss: context.loss,
        seed: context.seed,
        stage: SCRATCH_STAGE,
        pixelScale: base.input.pixelScale,
      },
      {
        samples,
        rows: viewRows(records, context.augment.views),
        ...trainingImages(records),
        labels: records.map((record) => record.label),
        classes,
      },
    );
    try {
      const result = await fit(trainee, {
        epochs: MOST_EPOCHS,
        // It is given the whole time: stopping it early would be a weaker opponent.
        patience: MOST_EPOCHS,
        batchSize,
        warmup: 0,
        seed: context.seed,
        stage: SCRATCH_STAGE,
        secondsBudget: seconds,
        checkpoints: context.checkpoints,
        control: context.control,
        onProgress: context.onProgress,
      });
      await writeSafetensors(join(context.folders.out, WEIGHTS_FILE), trainee.trained());
      return result;
    } finally {
      trainee.dispose();
    }
  } finally {
    samples.close();
  }
}
