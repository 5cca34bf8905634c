/** L-BFGS for smooth convex functions (Nocedal & Wright, "Numerical Optimization", 2nd ed., algorithm 7.4). */
import { addScaled, dot } from "./matrix.js";

/** Value at `x`; writes the gradient into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Ends when no component of the gradient is larger. */
  readonly tolerance: number;
  readonly steps: number;
}

/** Pairs of steps and changes of the gradient that are kept; 3 to 20 are usual (Nocedal & Wright, 7.2). */
const MEMORY = 10;
/** Sufficient decrease and shrinkage of the backtracking line search (Nocedal & Wright, algorithm 3.1). */
const DECREASE = 1e-4;
const SHRINK = 0.5;
const MOST_HALVINGS = 40;

/** Minimizes from `start`, which is not changed. Deterministic. */
export function minimize(objective: Objective, start: Float64Array, options: LbfgsOptions): Float64Array {
  let x = Float64Array.from(start);
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  for (let step = 0; step < options.steps && largest(gradient) > options.tolerance; step++) {
    const direction = descent(gradient, pairs);
    const slope = dot(direction, gradient);
    // Without a memory the gradient's length says nothing about the step's.
    let rate = pairs.length === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1;
    const nextGradient = new Float64Array(x.length);
    let next = x;
    let nextValue = value;
    for (let halving = 0; halving < MOST_HALVINGS; halving++, rate *= SHRINK) {
      next = x.map((xi, i) => xi + rate * (direction[i] as number));
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + DECREASE * rate * slope) break;
    }
    // No descent is left within rounding.
    if (!(nextValue < value)) return x;
    const s = next.map((xi, i) => xi - (x[i] as number));
    const y = nextGradient.map((gi, i) => gi - (gradient[i] as number));
    const curvature = dot(s, y);
    if (curvature > 0) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > MEMORY) pairs.shift();
    x = next;
    value = nextValue;
    gradient = nextGradient;
  }
  return x;
}

const largest = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(
  gradient: Float64Array,
  pairs: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[],
): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas = pairs.map(() => 0);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const pair = pairs[k];
    if (pair === undefined) continue;
    const alpha = pair.rho * dot(pair.s, q);
    alphas[k] = alpha;
    addScaled(q, pair.y, -alpha);
  }
  const last = pairs.at(-1);
  const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.y, last.y));
  for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * scale;
  pairs.forEach(({ s, y, rho }, k) => {
    addScaled(q, s, (alphas[k] as number) - rho * dot(y, q));
  });
  return q;
}
