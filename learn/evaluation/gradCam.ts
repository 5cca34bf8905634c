/** Grad-CAM at the last convolution of a network that ends in global average pooling, perhaps a norm, and a linear head. */

/** A layer norm of the pooled features. */
export interface FeatureNorm {
  readonly gamma: Float32Array;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * `ReLU(Σ_k α_k A_k)` with α_k the mean gradient of the class's logit with respect to channel k (Selvaraju et al.,
 * "Grad-CAM", ICCV 2017). Behind global average pooling that gradient is the same everywhere, `w_k / positions`, so
 * the map is the class activation map of Zhou et al. (CVPR 2016) over the number of positions: no gradient is taken.
 * Where the pooled activations are normalized before the head, the gradient goes through that norm.
 * @param activations of one image, `[positions, channels]`
 * @param kernel of the head, `[channels, classes]`
 * @param norm what lies between pooling and head
 * @returns `[positions]`, not below 0
 */
export function gradCam(
  activations: Float32Array,
  kernel: Float32Array,
  classes: number,
  label: number,
  norm?: FeatureNorm,
): Float32Array {
  const channels = kernel.length / classes;
  const positions = activations.length / channels;
  const weights = Float64Array.from({ length: channels }, (_, k) => kernel[k * classes + label] as number);
  const slopes = norm === undefined ? weights : throughNorm(weights, meansOf(activations, channels), norm);
  const map = new Float32Array(positions);
  for (let position = 0; position < positions; position++) {
    let sum = 0;
    for (let k = 0; k < channels; k++) {
      sum += (activations[position * channels + k] as number) * (slopes[k] as number);
    }
    map[position] = Math.max(0, sum / positions);
  }
  return map;
}

/** Means of each channel. */
function meansOf(activations: Float32Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  activations.forEach((value, i) => {
    sums[i % channels] = (sums[i % channels] as number) + value;
  });
  return sums.map((sum) => (sum * channels) / activations.length);
}

/**
 * Gradient of `Σ w_k y_k` by the features `x`, where `y = gamma · (x − μ) / √(σ² + ε) + beta` is their layer norm.
 * @param weights `w` @param features `x`
 */
function throughNorm(
  weights: Float64Array,
  features: Float64Array,
  { gamma, epsilon }: FeatureNorm,
): Float64Array {
  const mean = average(features);
  const inverse = 1 / Math.sqrt(average(features.map((value) => (value - mean) ** 2)) + epsilon);
  const normal = features.map((value) => (value - mean) * inverse);
  const scaled = weights.map((weight, k) => weight * (gamma[k] as number));
  const across = average(scaled);
  const along = average(scaled.map((value, k) => value * (normal[k] as number)));
  return scaled.map((value, k) => inverse * (value - across - along * (normal[k] as number)));
}

const average = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The map over its largest value; zeros stay zeros. */
export function relative(map: Float32Array): Float32Array {
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  return largest === 0 ? map : map.map((value) => value / largest);
}

/** A map over a grid of the picture, `[rows, columns]`, row after row. */
export interface GridMap {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/**
 * The map on a grid of at most so many rows and columns, each value the mean of its block. Networks that keep the size of
 * their input end in some fifty thousand positions: each picture would take as many numbers of the report.
 * @returns the map itself where it is small enough
 */
export function coarser(map: GridMap, most: number): GridMap {
  const side = Math.ceil(Math.max(map.rows, map.columns) / most);
  if (side <= 1) return map;
  const [rows, columns] = [Math.ceil(map.rows / side), Math.ceil(map.columns / side)];
  const sums = new Float64Array(rows * columns);
  const counts = new Float64Array(rows * columns);
  map.values.forEach((value, i) => {
    const [row, column] = [Math.floor(i / map.columns), i % map.columns];
    const block = Math.floor(row / side) * columns + Math.floor(column / side);
    sums[block] = (sums[block] as number) + value;
    counts[block] = (counts[block] as number) + 1;
  });
  return { rows, columns, values: Float32Array.from(sums, (sum, i) => sum / (counts[i] as number)) };
}
