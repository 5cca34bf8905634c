/** AdamW with a learning rate and a weight decay per segment of one flat parameter vector. */

/** Decoupled weight decay: Loshchilov & Hutter, ICLR 2019; moments: Kingma & Ba, ICLR 2015. */
export const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** A stretch of the vector with its own rate. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
  /** Peak learning rate; the schedule's factor is applied on top. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** What the decay pulls towards, of the segment's length; zero where there is none. */
  readonly anchor?: Float32Array;
}

/** State of the optimizer; all of it belongs into a checkpoint. */
export interface AdamWState {
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Updates made so far. */
  step: number;
}

export function adamWState(parameters: number): AdamWState {
  return { first: new Float32Array(parameters), second: new Float32Array(parameters), step: 0 };
}

/**
 * One update of `values` in place. On the host, in one pass over memory: on CPUs that is faster than the
 * dozen tensor operations it replaces, and its result does not depend on the number of threads.
 * @param gradients one array per segment, in the order of the segments
 * @param factor the schedule's factor of this step
 * @param beta1 the schedule's momentum of this step
 */
export function adamWUpdate(
  values: Float32Array,
  segments: readonly Segment[],
  gradients: readonly Float32Array[],
  state: AdamWState,
  factor: number,
  beta1: number = BETA1,
): void {
  state.step += 1;
  const correction1 = 1 - beta1 ** state.step;
  const correction2 = Math.sqrt(1 - BETA2 ** state.step);
  segments.forEach((segment, index) => {
    const gradient = gradients[index];
    if (gradient?.length !== segment.length) {
      throw new Error(`gradient ${index} has ${gradient?.length} values instead of ${segment.length}`);
    }
    const rate = segment.learningRate * factor;
    const decay = rate * segment.weightDecay;
    const keep = segment.anchor === undefined ? 1 - decay : 1;
    const stepSize = rate / correction1;
    const rootScale = 1 / correction2;
    const theta = values.subarray(segment.offset, segment.offset + segment.length);
    const first = state.first.subarray(segment.offset, segment.offset + segment.length);
    const second = state.second.subarray(segment.offset, segment.offset + segment.length);
    if (segment.anchor !== undefined) pullTowards(theta, segment.anchor, decay);
    for (let i = 0; i < segment.length; i++) {
      const g = gradient[i] as number;
      const m = beta1 * (first[i] as number) + (1 - beta1) * g;
      const v = BETA2 * (second[i] as number) + (1 - BETA2) * g * g;
      first[i] = m;
      second[i] = v;
      theta[i] = (theta[i] as number) * keep - (stepSize * m) / (Math.sqrt(v) * rootScale + EPSILON);
    }
  });
}

/**
 * Decay towards starting weights instead of zero: L2-SP (Li, Grandvalet & Davoine, ICML 2018), decoupled from
 * the gradient as in AdamW. Its strength then does not depend on AdamW's scaling by the second moment.
 */
function pullTowards(theta: Float32Array, anchor: Float32Array, decay: number): void {
  for (let i = 0; i < theta.length; i++) {
    theta[i] = (theta[i] as number) - decay * ((theta[i] as number) - (anchor[i] as number));
  }
}

/**
 * Scales the gradients so that their global norm is at most `limit` (Pascanu et al., ICML 2013).
 * @returns the norm before clipping; not finite when training has diverged
 */
export function clipGradients(gradients: readonly Float32Array[], limit: number): number {
  let squares = 0;
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) squares += (gradient[i] as number) ** 2;
  }
  const norm = Math.sqrt(squares);
  if (norm > limit && Number.isFinite(norm)) {
    const scale = limit / norm;
    for (const gradient of gradients) {
      for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) * scale;
    }
  }
  return norm;
}
