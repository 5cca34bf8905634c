/** Images that an exporter puts together at once, where the network does it in several steps. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type OnnxNetwork, readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import { encode, type Field, field, integers, node, weight } from "../../../fuzz/checkpoints/onnxFields.js";
import { temporaryFolder } from "../support.js";

const padded = integers("pads", [1, 1, 1, 1]);
const concat = (inputs: readonly string[], output: string): Field =>
  node("Concat", inputs, output, [field(5, [field(1, "axis"), field(3, 1), field(20, 2)])]);

/** As the last blocks of Inception-v3: of four ways one parts again. @param joins how they meet, up to `out` */
async function networkOf(context: TestContext, joins: readonly Field[]): Promise<OnnxNetwork> {
  const graph: Field[] = [
    ...[weight("k0", [4, 3, 3, 3]), weight("k1", [2, 4, 1, 1]), weight("k2", [3, 4, 1, 1])],
    ...[weight("k3", [5, 3, 3, 3]), weight("k4", [6, 3, 1, 1])],
    node("Conv", ["x", "k0"], "c0", [integers("strides", [2, 2]), padded]),
    node("Relu", ["c0"], "a"),
    node("Conv", ["a", "k1"], "first"),
    node("Conv", ["a", "k2"], "c2"),
    node("Relu", ["c2"], "middle"),
    node("Conv", ["middle", "k3"], "m1", [padded]),
    node("Conv", ["middle", "k4"], "m2"),
    node("MaxPool", ["a"], "last", [integers("kernel_shape", [3, 3]), padded]),
    ...joins,
    node("Conv", ["out", "k5"], "end", [integers("strides", [2, 2]), padded]),
    weight("k5", [7, 17, 3, 3]),
    node("GlobalAveragePool", ["end"], "means"),
    field(12, [field(1, "means")]),
  ];
  const extents = [1, 3, 32, 32].map((extent) => field(1, [field(1, extent)]));
  graph.push(field(11, [field(1, "x"), field(2, [field(1, [field(1, 1), field(2, extents)])])]));
  const path = join(await temporaryFolder(context), "joins.onnx");
  await writeFile(path, encode([field(1, 8), field(2, "tests"), field(7, graph)]));
  return readOnnxNetwork(path, {});
}

test("ways that part again are read the same whether they meet in one step or in two", async (context) => {
  const inTwo = await networkOf(context, [
    concat(["m1", "m2"], "inner"),
    concat(["first", "inner", "last"], "out"),
  ]);
  const atOnce = await networkOf(context, [concat(["first", "m1", "m2", "last"], "out")]);
  assert.deepEqual(atOnce, inTwo);
  assert.equal(atOnce.architecture.features, 7);
});

test("what parts again and is no neighbour is one part of images that are made of one another", async (context) => {
  const { architecture, tunable } = await networkOf(context, [concat(["m1", "first", "m2", "last"], "out")]);
  const units = architecture.groups.flatMap(({ blocks }) => blocks.flatMap((block) => block.units));
  const graphs = units.flatMap((unit) => (unit.kind === "graph" ? [unit] : []));
  assert.deepEqual(
    graphs.map(({ images }) => images.map(({ inputs, join }) => [join ?? "none", ...inputs])),
    [
      [
        ["none", 0],
        ["none", 0],
        ["none", 2],
        ["none", 2],
        ["none", 0],
        ["concat", 3, 1, 4, 5],
      ],
    ],
  );
  assert.deepEqual([architecture.features, tunable], [7, 1]);
});
