/** Activations that are kept nowhere: they are computed whenever they are read, to the bits that a file would have. */
import { openDataset } from "../../data/dataset/dataset.js";
import { chosenBase } from "../bases/chosen.js";
import { FROZEN_BATCH } from "../bases/cost.js";
import { fromBfloat16, toBfloat16 } from "../bfloat16.js";
import { type BoundaryPass, disposePass } from "../network/boundaries.js";
import { basePass } from "../network/frozen.js";
import type { Parameters } from "../network/parameters.js";
import { type RecordFormat, recordLength, type Samples } from "../samples/files.js";
import { allViews, renderedNow } from "../samples/render.js";
import { openRenderer } from "../samples/renderNow.js";
import type { StageContext } from "../stages/job.js";
import { usedPrecision } from "../stages/precision.js";
import { wholeBatch } from "./wholeBatch.js";

/**
 * @param group the layer group whose input is wanted; 0 for the pixels of the views
 * @param parameters of the base; not looked at for pixels
 * @param format of the file that there would be
 */
export async function recomputedSamples(
  context: StageContext,
  parameters: Parameters,
  group: number,
  format: RecordFormat,
): Promise<Samples> {
  const base = chosenBase(context.base);
  const { augment, seed } = context;
  const dataset = await openDataset(context.folders.dataset);
  const renderer = openRenderer();
  let pass: BoundaryPass | undefined;
  const close = (): void => {
    renderer.close();
    pass?.dispose();
    void dataset.close();
  };
  try {
    if (group > 0)
      pass = await basePass(base, parameters, [group], await usedPrecision(context, base, parameters));
    const views = allViews(dataset, [...dataset.records.keys()], augment.views);
    const length = recordLength(format);
    const valuesOf = (rows: readonly number[]): Float32Array | Uint8Array => {
      const wanted = rows.map((row) => {
        const view = views[row];
        if (view === undefined) throw new RangeError(`there is no view ${row}`);
        return view;
      });
      const pixels = renderedNow(renderer, dataset, base.input, augment, seed, wanted);
      if (pass === undefined) return pixels;
      const result = wholeBatch(pass, base, pixels);
      const activations = result.activations.get(group);
      if (activations === undefined) throw new RangeError("the base has no such layer group");
      const values = (activations.dataSync() as Float32Array).slice(0, rows.length * length);
      disposePass(result);
      return format.type === "bfloat16" ? fromBfloat16(toBfloat16(values)) : values;
    };
    return {
      format,
      count: views.length,
      gather: (indices) => {
        const size = indices.length * length;
        const all = format.type === "uint8" ? new Uint8Array(size) : new Float32Array(size);
        for (let start = 0; start < indices.length; start += FROZEN_BATCH)
          all.set(valuesOf(indices.slice(start, start + FROZEN_BATCH)), start * length);
        return all;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
