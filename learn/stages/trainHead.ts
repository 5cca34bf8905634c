/** Trains the new head on the frozen base's features. */
import { join } from "node:path";
import { WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { TrainingSummary } from "../../spec/records/training.js";
import type { HeadSpec } from "../../spec/runFile/runFile.js";
import { chosenBase } from "../bases/chosen.js";
import { featureScale, foldScale, HEAD_KERNEL, zeroHead } from "../network/head.js";
import { writeSafetensors } from "../safetensors.js";
import { openSamples, type Samples } from "../samples/files.js";
import { trainingImages, viewRows } from "../samples/views.js";
import { fit } from "../training/fit.js";
import type { TrainingData } from "../training/step/step.js";
import { suffixTrainee } from "../training/step/suffix.js";
import { featureFormat, readRecords } from "./activations.js";
import type { StageContext } from "./job.js";

/** Stage 0 in the coordinates of every random draw. */
const HEAD_STAGE = 0;

/** @param featuresPath the features artifact's file */
export async function trainHead(
  context: StageContext,
  spec: HeadSpec,
  featuresPath: string,
): Promise<TrainingSummary> {
  const base = chosenBase(context.base);
  const { architecture } = base;
  const { records, summary } = await readRecords(context.folders.dataset);
  const raw = openSamples(featuresPath, featureFormat(base));
  try {
    const rows = viewRows(records, context.augment.views);
    const { train, validation } = trainingImages(records);
    const plainRows = train.map((image) => rows.firstRow[image] ?? 0);
    const scale = featureScale(raw.gather(plainRows) as Float32Array, architecture.features);
    const data: TrainingData = {
      samples: standardized(raw, scale),
      rows,
      train,
      validation,
      labels: records.map((record) => record.label),
      classes: summary.classes.length,
    };
    const trainee = suffixTrainee(
      {
        architecture,
        parameters: zeroHead(architecture.features, summary.classes.length),
        from: architecture.groups.length,
        rateOf: (name) => ({
          learningRate: spec.learning_rate,
          weightDecay: name === HEAD_KERNEL ? spec.weight_decay : 0,
        }),
        dropout: spec.dropout,
        labelSmoothing: spec.label_smoothing,
        loss: context.loss,
        // Pooled features have no area to cut.
        mixing: { mixup: spec.mixup, cutmix: 0 },
        seed: context.seed,
        stage: HEAD_STAGE,
        pixelScale: base.input.pixelScale,
      },
      data,
    );
    try {
      const result = await fit(trainee, {
        epochs: spec.epochs,
        patience: spec.patience,
        batchSize: spec.batch_size,
        warmup: 0,
        seed: context.seed,
        stage: HEAD_STAGE,
        checkpoints: context.checkpoints,
        control: context.control,
        onProgress: context.onProgress,
      });
      await writeSafetensors(join(context.folders.out, WEIGHTS_FILE), foldScale(trainee.trained(), scale));
      return result;
    } finally {
      trainee.dispose();
    }
  } finally {
    raw.close();
  }
}

/** The samples with every feature brought to mean 0 and deviation 1, so that one rate suits them all. */
function standardized(samples: Samples, scale: ReturnType<typeof featureScale>): Samples {
  const length = scale.mean.length;
  return {
    ...samples,
    gather: (indices) => {
      const values = samples.gather(indices) as Float32Array;
      for (let i = 0; i < values.length; i++) {
        const f = i % length;
        values[i] = ((values[i] as number) - (scale.mean[f] as number)) / (scale.deviation[f] as number);
      }
      return values;
    },
  };
}
