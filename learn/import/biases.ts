/** What convolutions add before a batch norm, which takes it off again: kept in the norm's mean. */
import { ThawError } from "../../spec/errors.js";
import type { CheckpointTensor } from "./tensorViews.js";
import type { Naming } from "./torchUnits.js";

/**
 * Our convolutions have no biases of their own where a batch norm follows: `x + bias − mean = x − (mean − bias)`.
 * @returns the checkpoint with such means; itself where no convolution has a bias, as most do
 * @throws ThawError DATA_INVALID where a bias is not as long as its batch norm
 */
export function withoutBiases(
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
  { units }: Naming,
): ReadonlyMap<string, CheckpointTensor> {
  const changed = new Map<string, CheckpointTensor>();
  for (const { conv, norm } of units.values()) {
    const [bias, mean] = [checkpoint.get(`${conv}.bias`), checkpoint.get(`${norm}.running_mean`)];
    if (bias === undefined || mean === undefined) continue;
    if (bias.data.length !== mean.data.length) {
      const [found, wanted] = [bias.data.length, mean.data.length];
      throw new ThawError("DATA_INVALID", `tensor ${conv}.bias has ${found} numbers instead of ${wanted}`, {
        hint: "is this a checkpoint of the architecture that the base names?",
      });
    }
    const data = mean.data.map((value, i) => value - (bias.data[i] ?? Number.NaN));
    changed.set(`${norm}.running_mean`, { shape: mean.shape, data });
  }
  return changed.size === 0 ? checkpoint : new Map([...checkpoint, ...changed]);
}
