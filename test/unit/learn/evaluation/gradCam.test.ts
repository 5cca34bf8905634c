/** Maps of evidence against PyTorch's autograd. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { scoped } from "../../../../learn/engine.js";
import { coarser, gradCam, relative } from "../../../../learn/evaluation/gradCam.js";
import { freezeGroups } from "../../../../learn/network/network.js";
import { type Parameter, parameter } from "../../../../learn/network/parameters.js";
import { assertClose, base, fixture, photographs, pretrained } from "../support.js";

const { files, maps, normed } = fixture<{
  files: string[];
  maps: { photograph: number; label: number; values: number[] }[];
  normed: Record<"activations" | "gamma" | "kernel" | "values", number[]> &
    Record<"epsilon" | "classes" | "label", number>;
}>("evaluation/gradCam.json");

let activations: Float32Array;
let shape: readonly number[];
let kernel: Parameter;
let classes: number;

before(async () => {
  const parameters = await pretrained();
  const network = freezeGroups(base.architecture, parameters, 0, base.architecture.groups.length);
  const pixels = await photographs(files);
  scoped(() => {
    const last = network.run(pixels);
    activations = last.dataSync() as Float32Array;
    shape = last.shape;
  });
  pixels.dispose();
  network.dispose();
  kernel = parameter(parameters, "classifier.kernel");
  classes = kernel.shape[1] ?? 0;
});

for (const { photograph, label, values } of maps) {
  test(`${files[photograph]}: the map for class ${label} is that of PyTorch's gradients`, () => {
    const size = activations.length / files.length;
    const own = activations.slice(photograph * size, (photograph + 1) * size);
    assertClose(gradCam(own, kernel.data, classes, label), values, 1e-5, "the map");
  });
}

test("the last convolution has as many places as the fixture's maps", () => {
  assert.deepEqual(shape, [files.length, 7, 7, base.architecture.features]);
});

test("where the pooled activations are normalized, the gradient goes through the norm", () => {
  const [activations, kernel, gamma] = [normed.activations, normed.kernel, normed.gamma].map((values) =>
    Float32Array.from(values),
  ) as [Float32Array, Float32Array, Float32Array];
  const { classes, label, epsilon, values } = normed;
  assert.ok(values.some((value) => value > 0.1));
  assertClose(gradCam(activations, kernel, classes, label, { gamma, epsilon }), values, 1e-5, "the map");
});

test("what speaks against a class is no evidence for it, and maps are relative to their largest value", () => {
  // Two places with two channels; only the first channel speaks for class 0.
  const map = gradCam(Float32Array.of(4, 1, 0, 3), Float32Array.of(1, -1, -1, 1), 2, 0);
  assert.deepEqual([...map], [1.5, 0]);
  assert.deepEqual([...relative(map)], [1, 0]);
  assert.deepEqual([...relative(new Float32Array(2))], [0, 0]);
});

test("a map of many positions becomes one of blocks' means, those at the end of fewer positions", () => {
  const small = { rows: 2, columns: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) };
  assert.equal(coarser(small, 3), small);
  assert.deepEqual(coarser(small, 2), { rows: 1, columns: 2, values: Float32Array.of(3, 4.5) });
  const wide = coarser({ rows: 224, columns: 200, values: new Float32Array(224 * 200).fill(0.5) }, 32);
  assert.deepEqual([wide.rows, wide.columns, wide.values.length], [32, 29, 32 * 29]);
  assert.ok(wide.values.every((value) => value === 0.5));
});
