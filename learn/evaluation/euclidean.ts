/** Distance of two rows of features, of the same length. */
export function euclidean(x: Float32Array, y: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = (x[i] as number) - (y[i] as number);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
