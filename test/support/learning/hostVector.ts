/** Vectors under training on the host, with AdamW, clipping and the average in plain numbers: no TensorFlow takes part. */
import type { Segment } from "../../../learn/training/optimizer/adamw.js";
import type {
  TrainableParameter,
  TrainableVector,
  VectorName,
} from "../../../learn/training/step/trainable.js";
import type { Update } from "../../../learn/training/trainee.js";

const BETA2 = 0.999;
const EPSILON = 1e-8;

export interface HostVector extends TrainableVector {
  /** Weights as they are now, not a copy. */
  readonly values: Float32Array;
  /** @param gradients one array per entry of the layout @returns the norm before clipping */
  update(gradients: readonly (readonly number[])[], update: Update): number;
}

export function hostVector(
  start: readonly number[],
  rates: Pick<Segment, "learningRate" | "weightDecay" | "anchor">,
): HostVector {
  const length = start.length;
  const layout: TrainableParameter[] = [{ name: "w", shape: [length], offset: 0, length, ...rates }];
  const vectors = new Map<VectorName, Float32Array>([["weights", Float32Array.from(start)]]);
  const of = (which: VectorName): Float32Array => {
    const values = vectors.get(which);
    if (values === undefined) throw new Error(`${which} was read before it was written`);
    return values;
  };
  return {
    layout,
    length,
    get values() {
      return of("weights");
    },
    read: (which) => of(which).slice(),
    write: (which, values) => vectors.set(which, values.slice()),
    update: (gradients, update) => {
      const [gradient = []] = gradients;
      const norm = Math.hypot(...gradient);
      const { updates, factor, beta1, clipNorm, averageShare } = update;
      const [weights, first, second] = (["weights", "first", "second"] as const).map(of) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const rate = rates.learningRate * factor;
      gradient.forEach((raw, i) => {
        const g = raw * Math.min(1, clipNorm / norm);
        const value = weights[i] as number;
        first[i] = beta1 * (first[i] as number) + (1 - beta1) * g;
        second[i] = BETA2 * (second[i] as number) + (1 - BETA2) * g * g;
        const corrected = [
          (first[i] as number) / (1 - beta1 ** (updates + 1)),
          (second[i] as number) / (1 - BETA2 ** (updates + 1)),
        ];
        const [mean = 0, square = 0] = corrected;
        const decay = rate * rates.weightDecay * (value - (rates.anchor?.[i] ?? 0));
        weights[i] = value - decay - (rate * mean) / (Math.sqrt(square) + EPSILON);
        if (averageShare === undefined) return;
        const average = of("average");
        average[i] =
          (average[i] as number) + averageShare * ((weights[i] as number) - (average[i] as number));
      });
      return norm;
    },
  };
}
