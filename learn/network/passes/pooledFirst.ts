/** The order of units in which there is less to compute: what comes out is the same but for rounding. */
import { isOfPixels, type PoolUnit, type Unit } from "../../bases/architecture.js";

/**
 * A convolution of single pixels, without norm and activation, is linear and the same at each of them: the mean of a window of its outputs
 * is its output of the window's mean. So means that leave fewer pixels are taken first: DenseNet's transitions, forward and
 * back, are a quarter of the work.
 */
export function pooledFirst(units: readonly Unit[]): readonly Unit[] {
  const ordered = [...units];
  for (let i = 0; i + 1 < ordered.length; i++) {
    const [unit, next] = [ordered[i] as Unit, ordered[i + 1] as Unit];
    if (next.kind !== "average" || !mayFollow(unit, next)) continue;
    ordered[i] = next;
    ordered[i + 1] = unit;
  }
  return ordered;
}

/** Whether the convolution may as well come after the means. */
function mayFollow(unit: Unit, means: PoolUnit): boolean {
  if (unit.kind !== "full" && unit.kind !== "grouped") return false;
  if (!isOfPixels(unit) || unit.activation !== "none" || means.stride === 1) return false;
  // A batch norm may take its statistics before the pooling, and a bias is not added to the zeros around an image.
  return unit.offset === "none" || (unit.offset === "bias" && !hasZerosAround(means));
}

const hasZerosAround = ({ padding }: PoolUnit): boolean => padding !== "same" && padding > 0;
