/** Names and numbers of checkpoints that differ between their sources. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelShape, unitsOf } from "../../../../learn/bases/architecture.js";
import { findArchitecture, WITHOUT_WEIGHTS } from "../../../../learn/bases/architectures.js";
import { unitParameters } from "../../../../learn/bases/unitParameters.js";
import { importWeights } from "../../../../learn/import/fit.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { plainDict } from "../../../../learn/import/torchState.js";
import { allTaken, type Naming } from "../../../../learn/import/torchUnits.js";
import { sizeOf } from "../../../../learn/network/parameters.js";
import { isInFile } from "./support.js";

test("torchvision's published DenseNet has the older names of its dense layers", () => {
  const { architecture, namings } = findArchitecture("densenet121");
  const [, older] = namings;
  assert.ok(older);
  const names = new Set(allTaken(architecture, older).map(({ theirs }) => theirs));
  for (const name of [
    "features.conv0.weight",
    "features.denseblock1.denselayer1.norm.1.running_mean",
    "features.denseblock1.denselayer1.conv.1.weight",
    "features.denseblock4.denselayer16.norm.2.bias",
    "features.denseblock4.denselayer16.conv.2.weight",
    "features.transition3.norm.weight",
    "features.norm5.running_var",
  ]) {
    assert.ok(names.has(name), name);
  }
});

const hasNames = (name: string, place: number, wanted: readonly string[]): void => {
  const { architecture, namings } = findArchitecture(name);
  const naming = namings[place];
  assert.ok(naming);
  const names = new Set(allTaken(architecture, naming).map(({ theirs }) => theirs));
  for (const one of wanted) assert.ok(names.has(one), one);
};

test("RadImageNet's DenseNet has the names below torchvision's `features`, or the numbers of its children", () => {
  // `backbone.0.` stands before them.
  hasNames("densenet121", 2, [
    "conv0.weight",
    "norm0.running_var",
    "denseblock1.denselayer1.norm1.running_mean",
    "denseblock4.denselayer16.conv2.weight",
    "transition3.norm.weight",
    "norm5.bias",
  ]);
  hasNames("densenet121", 3, [
    "0.weight",
    "1.running_var",
    "4.denselayer1.norm1.running_mean",
    "10.denselayer16.conv2.weight",
    "9.norm.weight",
    "11.bias",
  ]);
});

test("RadImageNet's Inception-v3 has the numbers of torchvision's children, with the auxiliary classifier or without", () => {
  const common = [
    "0.conv.weight",
    "2.bn.bias",
    "4.conv.weight",
    "5.bn.running_var",
    "7.branch1x1.conv.weight",
  ];
  const middle = ["10.branch3x3.conv.weight", "14.branch7x7dbl_5.bn.running_mean"];
  hasNames("inception-v3", 1, [
    ...common,
    ...middle,
    "15.branch7x7x3_4.conv.weight",
    "17.branch_pool.bn.weight",
  ]);
  hasNames("inception-v3", 2, [
    ...common,
    ...middle,
    "16.branch7x7x3_4.conv.weight",
    "18.branch_pool.bn.weight",
  ]);
});

/** Numbers in the convolutions' names, in the order of `keras.applications.InceptionV3(weights=None).layers` (Keras 3.15). */
const KERAS_ORDER: readonly number[] = [
  ...[0, 1, 2, 3, 4, 8, 6, 9, 5, 7, 10, 11, 15, 13, 16, 12, 14, 17, 18, 22, 20, 23, 19, 21],
  ...[24, 25, 27, 28, 26, 29, 34, 35, 31, 36, 32, 37, 30, 33, 38, 39, 44, 45, 41, 46, 42, 47, 40, 43],
  ...[48, 49, 54, 55, 51, 56, 52, 57, 50, 53, 58, 59, 64, 65, 61, 66, 62, 67, 60, 63, 68, 69, 72, 73],
  ...[70, 74, 71, 75, 80, 77, 81, 78, 79, 82, 83, 76, 84, 89, 86, 90, 87, 88, 91, 92, 85, 93],
];

test("Inception-v3's layers have the numbers in which Keras makes them, or in which they stand in its model", () => {
  const [made, inOrder] = findArchitecture("inception-v3-keras").namings;
  const numberIn = (naming: Naming | undefined, unit: string): number => {
    const { conv = "", norm } = naming?.units.get(unit) ?? {};
    assert.equal(norm, conv.replace("conv2d", "batch_normalization"));
    return Number(conv.split("_")[1] ?? 0);
  };
  const units = [...(made?.units.keys() ?? [])].sort((a, b) => numberIn(inOrder, a) - numberIn(inOrder, b));
  assert.deepEqual(
    units.map((unit) => numberIn(made, unit)),
    KERAS_ORDER,
  );
});

/** Names, shapes and nothing in it: what a file of that naming would be. */
function emptyDict(name: string, place: number, prefix: string) {
  const { architecture, namings } = findArchitecture(name);
  const naming = namings[place] as Naming;
  const tensors = allTaken(architecture, naming).map(({ theirs, shape }) => [
    prefix + theirs,
    { shape, data: new Float32Array(sizeOf(shape)) },
  ]);
  return plainDict(new Map(tensors as [string, CheckpointTensor][]));
}

for (const [name, place, prefix] of [
  ["densenet121", 2, "backbone.0."],
  ["densenet121", 3, "backbone."],
  ["inception-v3", 1, "backbone."],
  ["inception-v3", 2, ""],
  ["inception-v3-keras", 0, ""],
  ["inception-v3-keras", 1, ""],
] as const) {
  test(`naming ${place} of ${name} is found below "${prefix}"`, () => {
    const { architecture, namings } = findArchitecture(name);
    const { taken, naming } = importWeights(architecture, [emptyDict(name, place, prefix)], namings);
    assert.equal(naming, namings[place]);
    assert.equal(taken?.prefix ?? "", prefix);
    assert.equal(taken?.others, undefined);
    assert.equal(
      naming?.notice !== undefined,
      name === "densenet121",
      "the last rectifier is no part of `features`",
    );
  });
}

test("the same tensors under a longer prefix are no second network", () => {
  const { architecture, namings } = findArchitecture("densenet121");
  const dict = emptyDict("densenet121", 0, "");
  const { taken, naming } = importWeights(architecture, [dict], namings);
  assert.deepEqual([taken, naming], [undefined, namings[0]]);
  const below = importWeights(architecture, [dict], namings, undefined, "features");
  assert.deepEqual([below.taken, below.naming], [{ name: "features.", prefix: "features." }, namings[2]]);
});

test("what a source adds to the variances beyond the architecture is added as they are read", () => {
  const { architecture, namings } = findArchitecture("mobilenetv3-large");
  const [torchvision, timm] = namings.map((naming) => {
    const variance = allTaken(architecture, naming).find(({ ours }) => ours === "stem.0.conv.variance");
    return variance?.become({ shape: [1], data: Float32Array.of(0.5) }).data[0];
  });
  assert.equal(torchvision, Math.fround(0.5 + 1e-3 - 1e-5));
  assert.equal(timm, 0.5);
});

for (const { name, architecture, namings } of WITHOUT_WEIGHTS) {
  test(`every naming of ${name} names each parameter once`, () => {
    const own = architecture.groups.flatMap(unitsOf).flatMap(unitParameters);
    const expected = own.map((one) => one.name).sort();
    assert.equal(new Set(expected).size, expected.length, "no name is used twice");
    for (const naming of namings) {
      const taken = allTaken(architecture, naming);
      assert.deepEqual(taken.map(({ ours }) => ours).sort(), expected);
      const inFile = taken.filter(isInFile).map(({ theirs }) => theirs);
      assert.equal(new Set(inFile).size, inFile.length);
    }
  });
}

test("a grouped kernel has as many inputs as a group has", () => {
  const grouped = findArchitecture("resnext50-32x4d")
    .architecture.groups.flatMap(unitsOf)
    .find(({ kind }) => kind === "grouped");
  assert.ok(grouped?.kind === "grouped");
  assert.deepEqual(kernelShape(grouped), [3, 3, 4, 128]);
});
