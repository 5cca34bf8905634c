/**
 * Environment variables of the libraries that compute, where they change the numbers. No artifact's key knows of them, so whoever
 * loads TensorFlow does without: the same key must not mean other bits because of somebody's shell.
 */

/**
 * TensorFlow's choice of kernels and of precision; instruction sets and bfloat16 products of oneDNN, under both of its names, and
 * of MKL and OpenBLAS; TF32 of NVIDIA's libraries; libvips' vectors, which scale images. As libtensorflow 2.21 names them, and
 * more that begin alike. Of threads, memory, GPUs, logs and of which deterministic kernels a GPU takes others say.
 */
const OF_NUMBERS = [
  /^TF_(ENABLE|DISABLE|USE|SET|ONEDNN|MKL|XLA|JITRT|AUTO_MIXED_PRECISION|CONV2D|FP16|MATMUL)_[A-Z0-9_]+$/,
  /^XLA_FLAGS$/,
  /^(DNNL|ONEDNN)_(?!(VERBOSE|JIT_|PRIMITIVE_CACHE_|GRAPH_))[A-Z0-9_]+$/,
  /^(MKL|OPENBLAS)_(?!(NUM_THREADS|DYNAMIC|VERBOSE)$)[A-Z0-9_]+$/,
  /^NVIDIA_TF32_OVERRIDE$/,
  /^VIPS_(NO)?VECTOR$/,
];

/** Set whatever the environment says. oneDNN changes the rounding, so it is part of what an artifact's engine means. */
const FIXED = { TF_ENABLE_ONEDNN_OPTS: "1" } as const;

export function changesNumbers(name: string): boolean {
  return OF_NUMBERS.some((names) => names.test(name));
}

/** Call before TensorFlow is loaded. @param env of this process, which is changed */
export function settleNumbers(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(env)) if (changesNumbers(name)) delete env[name];
  Object.assign(env, FIXED);
}

/** What is set for nothing, as a sentence without a full stop; undefined where nothing is. */
export function withheldSentence(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const names = Object.keys(env).filter((name) => changesNumbers(name) && !Object.hasOwn(FIXED, name));
  const undone = Object.entries(FIXED).filter(([name, value]) => (env[name] ?? value) !== value);
  const all = [...names, ...undone.map(([name]) => name)].sort();
  return all.length === 0
    ? undefined
    : `nothing that computes gets ${all.join(", ")}: numbers would be others, and no artifact's key would know`;
}
