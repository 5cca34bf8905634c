/** Made-up numbers that PyTorch and we draw alike. Apart, as who needs no more than them need not load TensorFlow. */

/** Numbers in [0, 1): FNV-1a of the name, then the finalizer of MurmurHash3 over a counter. */
export function uniform(name: string, count: number): Float64Array {
  const values = new Float64Array(count);
  fillUniform(name, values, (u) => u);
  return values;
}

/** As {@link uniform}, each number made into another one. */
export function fillUniform(
  name: string,
  values: Float64Array | Float32Array,
  become: (u: number) => number,
): void {
  let start = 0x811c9dc5;
  for (const byte of Buffer.from(name)) start = Math.imul(start ^ byte, 0x01000193);
  // Millions of them: a plain loop takes a fifth of the time of a mapping.
  for (let i = 0; i < values.length; i++) {
    let h = (Math.imul(i, 0x9e3779b1) + start) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    values[i] = become(((h ^ (h >>> 16)) >>> 0) / 2 ** 32);
  }
}
