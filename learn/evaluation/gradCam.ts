/** Grad-CAM at the last convolution of a network that ends in global average pooling and a linear head. */

/**
 * `ReLU(Σ_k α_k A_k)` with α_k the mean gradient of the class's logit with respect to channel k (Selvaraju et al.,
 * "Grad-CAM", ICCV 2017). Behind global average pooling that gradient is the same everywhere, `w_k / positions`, so
 * the map is the class activation map of Zhou et al. (CVPR 2016) over the number of positions: no gradient is taken.
 * @param activations of one image, `[positions, channels]`
 * @param kernel of the head, `[channels, classes]`
 * @returns `[positions]`, not below 0
 */
export function gradCam(
  activations: Float32Array,
  kernel: Float32Array,
  classes: number,
  label: number,
): Float32Array {
  const channels = kernel.length / classes;
  const positions = activations.length / channels;
  const map = new Float32Array(positions);
  for (let position = 0; position < positions; position++) {
    let sum = 0;
    for (let k = 0; k < channels; k++) {
      sum += (activations[position * channels + k] as number) * (kernel[k * classes + label] as number);
    }
    map[position] = Math.max(0, sum / positions);
  }
  return map;
}

/** The map over its largest value; zeros stay zeros. */
export function relative(map: Float32Array): Float32Array {
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  return largest === 0 ? map : map.map((value) => value / largest);
}
