/** Logits of a split under several files of weights, from the cached activations below a layer group. */
import { groupIndex } from "../../learn/bases/architecture.js";
import { chosenBase } from "../../learn/bases/chosen.js";
import { overlay } from "../../learn/network/parameters.js";
import { readSafetensors } from "../../learn/safetensors.js";
import { imagesOf, viewRows } from "../../learn/samples/views.js";
import { openBoundary, readRecords } from "../../learn/stages/activations.js";
import type { StageContext } from "../../learn/stages/job.js";
import { validator } from "../../learn/training/validator.js";
import type { Split } from "../../spec/records/dataset.js";

export interface LabelledLogits {
  readonly labels: readonly number[];
  /** `[labels.length, classes]`, row-major. */
  readonly logits: Float32Array;
}

/** @param boundary none of the weights has trained anything below it */
export async function boundaryLogits(
  context: StageContext,
  boundary: string,
  weights: readonly string[],
  split: Split,
): Promise<LabelledLogits[]> {
  const { architecture, load, input } = chosenBase(context.base);
  const pretrained = await load(context.base.checkpoint);
  const { records, summary } = await readRecords(context.folders.dataset);
  const samples = await openBoundary(context, pretrained, boundary);
  const all = records.map(({ label }) => label);
  const images = imagesOf(records, split);
  const evaluator = validator(
    architecture,
    groupIndex(architecture, boundary),
    {
      samples,
      rows: viewRows(records, context.augment.views),
      train: [],
      validation: images,
      labels: all,
      classes: summary.classes.length,
    },
    input.pixelScale,
  );
  const labels = images.map((image) => all[image] as number);
  const results: LabelledLogits[] = [];
  for (const path of weights)
    results.push({ labels, logits: evaluator.logits(overlay(pretrained, await readSafetensors(path))) });
  evaluator.dispose();
  samples.close();
  return results;
}
