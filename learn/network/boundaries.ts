/** The frozen part of a base, cut at freeze boundaries: one pass gives the activations at all of them. */
import type { Architecture } from "../bases/architecture.js";
import { extentAt } from "../bases/extent.js";
import { type Tensor2D, type Tensor4D, tf } from "../engine.js";
import { bfloat16Groups } from "./bfloat16Groups.js";
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

/**
 * @param boundaries positions of layer groups; the activations are those groups' inputs
 * @param narrowFrom the layer group from which on it is computed in bfloat16; none when left out
 */
export function boundaryPass(
  architecture: Architecture,
  parameters: Parameters,
  boundaries: readonly number[],
  narrowFrom = architecture.groups.length,
): BoundaryPass {
  const top = architecture.groups.length;
  const within = (cuts: readonly number[]): number[] =>
    [...new Set(cuts)].filter((cut) => cut > 0 && cut < top).sort((a, b) => a - b);
  const kept = within(boundaries);
  const cuts = within([...boundaries, narrowFrom]);
  const segments: FrozenGroups[] = [];
  [...cuts, top].forEach((to, index) => {
    const from = cuts[index - 1] ?? 0;
    const freeze = from >= narrowFrom ? bfloat16Groups : freezeGroups;
    segments.push(freeze(architecture, parameters, from, to));
  });
  return {
    boundaries: kept,
    run: (x) => {
      const activations = new Map<number, Tensor4D>();
      let y = x;
      for (const segment of segments) {
        const input = y;
        y = segment.run(input);
        if (segment.from > 0 && !activations.has(segment.from)) input.dispose();
        if (kept.includes(segment.to)) activations.set(segment.to, y);
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
