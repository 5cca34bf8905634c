/** Validates weights under training: the layers above the boundary with batch norm folded, without dropout. */
import type { Architecture } from "../bases/architecture.js";
import { scoped, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../network/head.js";
import { compileGroups, poolFeatures } from "../network/network.js";
import { type Parameters, parameter } from "../network/parameters.js";
import { batchTensor, type PixelScale } from "./step/batch.js";
import type { TrainingData } from "./step/step.js";
import type { ValidationResult } from "./trainee.js";
import { crossEntropyAndAccuracy } from "./validation.js";

const BATCH = 64;

export interface Validator {
  /** @param parameters of the layer groups and the head */
  validate(parameters: Parameters): ValidationResult;
  /** Of the validation images, `[images, classes]`. */
  logits(parameters: Parameters): Float32Array;
  dispose(): void;
}

/** @param from first layer group above the boundary that `data.samples` lies at */
export function validator(
  architecture: Architecture,
  from: number,
  data: TrainingData,
  pixelScale: PixelScale,
): Validator {
  const groups = compileGroups(architecture, from, architecture.groups.length);
  const rows = data.validation.map((image) => data.rows.firstRow[image] ?? 0);
  const labels = data.validation.map((image) => data.labels[image] ?? 0);
  const logitsOf = (parameters: Parameters): Float32Array => {
    const logits = new Float32Array(rows.length * data.classes);
    scoped(() => {
      const weights = groups.fold(parameters);
      const [kernel, bias] = headTensors(parameters);
      for (let start = 0; start < rows.length; start += BATCH) {
        const part = scoped(() => {
          const x = batchTensor(data.samples, rows.slice(start, start + BATCH), pixelScale);
          const pooled = x.rank === 4 ? poolFeatures(groups.run(x as Tensor4D, weights)) : (x as Tensor2D);
          return denseLogits(pooled, kernel, bias).dataSync();
        });
        logits.set(part, start * data.classes);
      }
    });
    return logits;
  };
  return {
    validate: (parameters) => crossEntropyAndAccuracy(logitsOf(parameters), labels, data.classes),
    logits: logitsOf,
    dispose: () => groups.dispose(),
  };
}

function headTensors(parameters: Parameters): [Tensor2D, Tensor1D] {
  const kernel = parameter(parameters, HEAD_KERNEL);
  const bias = parameter(parameters, HEAD_BIAS);
  return [tf.tensor2d(kernel.data, kernel.shape as [number, number]), tf.tensor1d(bias.data)];
}
