/** A candidate's logits on every image, out of the activations that the pipeline's stages left behind. */

import { join } from "node:path";
import { groupIndex } from "../../learn/bases/architecture.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { scoped, type Tensor2D, type Tensor4D, tf } from "../../learn/engine.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../../learn/network/head.js";
import { freezeGroups, poolFeatures } from "../../learn/network/network.js";
import { overlay, parameter } from "../../learn/network/parameters.js";
import { readSafetensors } from "../../learn/safetensors.js";
import { openSamples } from "../../learn/samples/files.js";
import { imagesOf, viewRows } from "../../learn/samples/views.js";
import { boundaryFile, boundaryFormat, featureFormat, readRecords } from "../../learn/stages/activations.js";
import type { Candidate } from "../../learn/stages/evaluate.js";
import { batchTensor } from "../../learn/training/step/batch.js";
import { baseCheckpoint } from "../../runtime/components/download/baseCheckpoint.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import type { Split } from "../../spec/records/dataset.js";
import type { RunFile } from "../../spec/runFile/runFile.js";

const BATCH = 64;

export interface LabelledLogits {
  readonly labels: readonly number[];
  /** `[labels.length, classes]`, row-major. */
  readonly logits: Float32Array;
}

/** @param folder of the pipeline's run, see `runPipeline` */
export async function stageLogits(
  file: RunFile,
  dataset: string,
  folder: string,
  candidate: Candidate,
  split: Split,
): Promise<LabelledLogits> {
  const base = findBase(file.base);
  const { architecture, input } = base;
  const pretrained = await base.load(await baseCheckpoint(file.base));
  const parameters = overlay(pretrained, await readSafetensors(candidate.weights));
  const { records } = await readRecords(dataset);
  const { firstRow } = viewRows(records, settledAugment(file.augment).views);
  const images = imagesOf(records, split);
  const { deepest } = candidate;
  const top = architecture.groups.length;
  const from = deepest === undefined ? top : groupIndex(architecture, deepest);
  const samples =
    deepest === undefined
      ? openSamples(join(folder, "features", FEATURES_FILE), featureFormat(base))
      : openSamples(boundaryFile(join(folder, "scratch"), deepest), boundaryFormat(base, from, {}));
  const suffix = freezeGroups(architecture, parameters, from, top);
  const kernel = parameter(parameters, HEAD_KERNEL);
  const bias = parameter(parameters, HEAD_BIAS);
  const parts: Float32Array[] = [];
  for (let start = 0; start < images.length; start += BATCH) {
    const rows = images.slice(start, start + BATCH).map((image) => firstRow[image] as number);
    parts.push(
      scoped(() => {
        const x = batchTensor(samples, rows, input.pixelScale);
        const pooled = x.rank === 4 ? poolFeatures(suffix.run(x as Tensor4D)) : (x as Tensor2D);
        const dense = tf.tensor2d(kernel.data, kernel.shape as [number, number]);
        return denseLogits(pooled, dense, tf.tensor1d(bias.data)).dataSync() as Float32Array;
      }),
    );
  }
  suffix.dispose();
  samples.close();
  return {
    labels: images.map((image) => records[image]?.label ?? 0),
    logits: Float32Array.from(parts.flatMap((part) => Array.from(part))),
  };
}
