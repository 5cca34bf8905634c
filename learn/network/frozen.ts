/** The whole of a base, frozen: its layer groups, or the network of an extractor. */
import type { Precision } from "../../spec/engine/precision.js";
import type { Base } from "../bases/catalogue.js";
import type { Tensor2D, Tensor4D } from "../engine.js";
import { openExtractor } from "../extractor/extractor.js";
import { firstNarrowGroup } from "./bfloat16Groups.js";
import { type BoundaryPass, boundaryPass } from "./boundaries.js";
import { freezeGroups, poolFeatures } from "./network.js";
import type { Parameters } from "./parameters.js";

/** Call `dispose` when done. */
export interface FrozenNetwork {
  /**
   * @param x `[batch, size, size, 3]`, scaled pixels; stays the caller's
   * @returns the last activations `[batch, rows, columns, channels]`, whose average the features are; only the
   *   features `[batch, features]` where an extractor makes them in another way. The caller owns them
   */
  run(x: Tensor4D): Tensor2D | Tensor4D;
  dispose(): void;
}

/** @param parameters of the layer groups, those that training changed included */
export async function frozenNetwork(
  { architecture, extractor }: Base,
  parameters: Parameters,
): Promise<FrozenNetwork> {
  if (extractor !== undefined) return openExtractor(extractor);
  return freezeGroups(architecture, parameters, 0, architecture.groups.length);
}

/** Features `[batch, features]` of what a {@link FrozenNetwork} gives. */
export function featuresOf(y: Tensor2D | Tensor4D): Tensor2D {
  return y.rank === 4 ? poolFeatures(y as Tensor4D) : (y as Tensor2D);
}

/**
 * The base as a pass that also gives the activations at freeze boundaries.
 * @param boundaries positions of layer groups: an extractor has none, and gives no activations
 * @param precision of layer groups; an extractor's network is computed in float32
 */
export async function basePass(
  base: Base,
  parameters: Parameters,
  boundaries: readonly number[],
  precision: Precision = "float32",
): Promise<BoundaryPass> {
  const { architecture, input } = base;
  if (base.extractor === undefined) {
    const narrowFrom = precision === "bfloat16" ? firstNarrowGroup(architecture, input.size) : undefined;
    return boundaryPass(architecture, parameters, boundaries, narrowFrom);
  }
  const network = await openExtractor(base.extractor);
  return {
    boundaries: [],
    run: (x) => {
      const y = network.run(x);
      const features = featuresOf(y);
      if (features !== y) y.dispose();
      return { activations: new Map(), features };
    },
    dispose: () => network.dispose(),
  };
}
