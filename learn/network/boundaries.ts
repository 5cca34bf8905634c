/** The frozen part of a base, cut at freeze boundaries: one pass gives the activations at all of them. */
import type { Architecture } from "../bases/architecture.js";
import { extentAt } from "../bases/extent.js";
import { type Tensor2D, type Tensor4D, tf } from "../engine.js";
import { type FrozenGroups, freezeGroups, poolFeatures } from "./network.js";
import type { Parameters } from "./parameters.js";

export interface BoundaryPass {
  /** Layer groups below each boundary, ascending and without repetition. */
  readonly boundaries: readonly number[];
  /**
   * @param x `[batch, size, size, 3]`, scaled pixels; stays the caller's
   * @returns activations at each boundary and the pooled features; the caller disposes of them
   */
  run(x: Tensor4D): { readonly activations: ReadonlyMap<number, Tensor4D>; readonly features: Tensor2D };
  dispose(): void;
}

/** @param boundaries positions of layer groups; the activations are those groups' inputs */
export function boundaryPass(
  architecture: Architecture,
  parameters: Parameters,
  boundaries: readonly number[],
): BoundaryPass {
  const top = architecture.groups.length;
  const cuts = [...new Set(boundaries)].filter((cut) => cut > 0 && cut < top).sort((a, b) => a - b);
  const segments: FrozenGroups[] = [];
  [...cuts, top].forEach((to, index) => {
    segments.push(freezeGroups(architecture, parameters, cuts[index - 1] ?? 0, to));
  });
  return {
    boundaries: cuts,
    run: (x) => {
      const activations = new Map<number, Tensor4D>();
      let y = x;
      for (const segment of segments) {
        y = segment.run(y);
        if (segment.to < top) activations.set(segment.to, y);
      }
      const features = poolFeatures(y);
      y.dispose();
      return { activations, features };
    },
    dispose: () => {
      for (const segment of segments) segment.dispose();
    },
  };
}

/** Shape of the activations `[height, width, channels]` that enter layer group `group`. */
export function boundaryShape(architecture: Architecture, inputSize: number, group: number): number[] {
  const { side, channels } = extentAt(architecture, group, inputSize);
  return [side, side, channels];
}

/** Frees what {@link BoundaryPass.run} gave. */
export function disposePass(result: ReturnType<BoundaryPass["run"]>): void {
  tf.dispose([...result.activations.values(), result.features]);
}
