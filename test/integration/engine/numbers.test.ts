/** Whatever the environment says of kernels, instruction sets and precision, the engine computes the same bits. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

/** What a convolution and a product of float32 come to, in a process that has loaded the engine's TensorFlow. */
const COMPUTE = `
const { tf } = await import(${JSON.stringify(new URL("../../../learn/engine.js", import.meta.url).href)});
const numbers = (...shape) => {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(0.7 * i) + 0.3);
  return tf.tensor(values, shape);
};
const results = [
  tf.conv2d(numbers(8, 14, 14, 64), numbers(3, 3, 64, 64), 1, "same"),
  tf.matMul(numbers(256, 512), numbers(512, 256)),
];
for (const result of results) console.log(Buffer.from(result.dataSync().buffer).toString("base64").slice(0, 4000));
`;

/** Of which the second and the third lower an x86 processor's instruction sets, and the first takes oneDNN away. */
const HOSTILE = {
  TF_ENABLE_ONEDNN_OPTS: "0",
  ONEDNN_MAX_CPU_ISA: "SSE41",
  DNNL_MAX_CPU_ISA: "SSE41",
  ONEDNN_DEFAULT_FPMATH_MODE: "BF16",
  TF_SET_ONEDNN_FPMATH_MODE: "BF16",
  TF_ENABLE_ZENDNN_OPTS: "1",
  NVIDIA_TF32_OVERRIDE: "1",
};

test("variables that would change float32 numbers change none", async () => {
  const bits = async (variables: Readonly<Record<string, string>>): Promise<string> => {
    const env = { ...process.env, ...variables };
    const args = ["--input-type=module", "--eval", COMPUTE];
    return (await promisify(execFile)(process.execPath, args, { env })).stdout;
  };
  const plain = await bits({});
  assert.ok(plain.length > 8000, plain);
  assert.equal(await bits(HOSTILE), plain);
});
