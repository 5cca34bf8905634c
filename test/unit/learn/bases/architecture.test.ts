/** Architectures as data, and the catalogue of bases. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Architecture, groupIndex, unitsOf } from "../../../../learn/bases/architecture.js";
import { findArchitecture, WITHOUT_WEIGHTS } from "../../../../learn/bases/architectures.js";
import { CATALOGUE, findBase } from "../../../../learn/bases/catalogue.js";
import { FROZEN_BATCH, multiplyAdds, staticCost } from "../../../../learn/bases/cost.js";
import { outputSide } from "../../../../learn/bases/extent.js";
import { efficientNetLite } from "../../../../learn/bases/families/efficientnetLite.js";
import { unitParameters } from "../../../../learn/bases/unitParameters.js";
import { boundaryShape } from "../../../../learn/network/boundaries.js";
import { sizeOf } from "../../../../learn/network/parameters.js";
import { ThawError } from "../../../../spec/errors.js";
import { defaultStages, layerGroupsOf } from "../../../../spec/pipeline/layerGroups.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";
import { base, pretrained } from "../support.js";

/** Parameters and blocks of the PyTorch port 0.1.0 (`EfficientNet.from_name`), classifier of 1000 included. */
const PORT = [
  { name: "Lite0", width: 1, depth: 1, parameters: 4_652_008, blocks: 16 },
  { name: "Lite1", width: 1, depth: 1.1, parameters: 5_416_680, blocks: 21 },
  { name: "Lite2", width: 1.1, depth: 1.2, parameters: 6_092_072, blocks: 21 },
];

/** With a classifier of 1000 classes. */
function countParameters(architecture: Architecture): number {
  const learnt = architecture.groups
    .flatMap(unitsOf)
    .flatMap(unitParameters)
    .filter(({ isLearnt }) => isLearnt);
  return learnt.reduce((sum, { shape }) => sum + sizeOf(shape), (architecture.features + 1) * 1000);
}

for (const { name, width, depth, parameters, blocks } of PORT) {
  test(`EfficientNet-${name} has as many parameters and blocks as the port`, () => {
    const architecture = efficientNetLite(width, depth);
    assert.equal(countParameters(architecture), parameters);
    const inverted = architecture.groups.filter((group) => group.name.startsWith("blocks."));
    assert.equal(inverted.flatMap((group) => group.blocks).length, blocks);
  });
}

/**
 * Published multiply-adds in millions, a classifier of 1000 included, and how far below them the convolutions may lie.
 * torchvision's `_ops` (GFLOPS, a multiply-add is one) count what we do. The README of
 * models/official/efficientnet/lite in the TensorFlow TPU repository has about 5 % more than the convolutions
 * of the same network, presumably with batch norms and activations.
 */
const PUBLISHED_COST: Readonly<Record<string, { readonly millions: number; readonly below: number }>> = {
  "efficientnet-lite0": { millions: 407, below: 0.06 },
  "efficientnet-lite1": { millions: 631, below: 0.06 },
  "efficientnet-lite2": { millions: 899, below: 0.06 },
  mobilenetv2: { millions: 301, below: 0.005 },
  resnet18: { millions: 1814, below: 0.005 },
  resnet34: { millions: 3664, below: 0.005 },
  resnet50: { millions: 4089, below: 0.005 },
  "resnext50-32x4d": { millions: 4230, below: 0.005 },
  "regnetx-008": { millions: 800, below: 0.005 },
  "regnetx-016": { millions: 1603, below: 0.005 },
  "regnetx-032": { millions: 3177, below: 0.005 },
  // The paper's "800MF".
  "regnety-008": { millions: 800, below: 0.005 },
  "regnety-008-tv": { millions: 834, below: 0.005 },
  "regnety-016": { millions: 1612, below: 0.005 },
  "regnety-032": { millions: 3176, below: 0.005 },
  densenet121: { millions: 2834, below: 0.005 },
  "inception-v3": { millions: 5713, below: 0.005 },
  "inception-v3-keras": { millions: 5713, below: 0.005 },
  // Theirs have a layer more between the pooling and the classifier.
  // Table 9 of the paper; the others by timm's results.
  "convnext-tiny": { millions: 4470, below: 0.02 },
  "convnext-nano": { millions: 2460, below: 0.02 },
  "convnext-pico": { millions: 1370, below: 0.02 },
  "convnext-femto": { millions: 790, below: 0.02 },
  "convnext-atto": { millions: 550, below: 0.02 },
  "mobilenetv3-large": { millions: 217, below: 0.01 },
  "tf-mobilenetv3-large": { millions: 217, below: 0.01 },
  "torch-efficientnet-lite0": { millions: 407, below: 0.06 },
  // At 256 px by timm's results.
  "mobilenetv4-conv-small": { millions: 250, below: 0.04 },
  "mobilenetv4-conv-medium": { millions: 1100, below: 0.02 },
  "efficientnet-lite3": { millions: 1440, below: 0.06 },
  "efficientnet-lite4": { millions: 2640, below: 0.06 },
  "efficientnet-b0": { millions: 386, below: 0.005 },
  "efficientnet-b1": { millions: 687, below: 0.005 },
  "efficientnet-b2": { millions: 1088, below: 0.005 },
  "efficientnet-b3": { millions: 1827, below: 0.005 },
  "tf-efficientnet-b0": { millions: 386, below: 0.005 },
  "tf-efficientnet-b1": { millions: 687, below: 0.005 },
  "tf-efficientnet-b2": { millions: 1088, below: 0.005 },
  "tf-efficientnet-b3": { millions: 1827, below: 0.005 },
  // README of efficientnetv2 in google/automl.
  "efficientnetv2-b0": { millions: 720, below: 0.005 },
  "efficientnetv2-b1": { millions: 1200, below: 0.005 },
  "efficientnetv2-b2": { millions: 1700, below: 0.005 },
  "efficientnetv2-b3": { millions: 3000, below: 0.005 },
  // Counted over Keras' layers, as `multiply_adds` of test/fixtures/generators/networks/kerasNetworks.py does.
  "mobilenetv2-keras": { millions: 301, below: 0.005 },
  "resnet50-keras": { millions: 3858, below: 0.005 },
  "densenet121-keras": { millions: 2834, below: 0.005 },
  "efficientnet-b0-keras": { millions: 386, below: 0.005 },
  "efficientnet-b1-keras": { millions: 687, below: 0.005 },
  "efficientnet-b2-keras": { millions: 994, below: 0.005 },
  "efficientnet-b3-keras": { millions: 1827, below: 0.005 },
};

for (const { name, architecture, input } of [...CATALOGUE, ...WITHOUT_WEIGHTS]) {
  test(`${name} has about the multiply-adds that its publishers state`, () => {
    const classifier = architecture.features * 1000;
    const counted = (multiplyAdds(architecture, input.size) + classifier) / 1e6;
    const { millions, below } = PUBLISHED_COST[name] as (typeof PUBLISHED_COST)[string];
    const share = counted / millions;
    assert.ok(share > 1 - below && share < 1.005, `${counted} million where ${millions} are published`);
  });
}

test("the published weights fill every parameter with numbers", async () => {
  const parameters = await pretrained();
  for (const [name, { shape, data }] of parameters) {
    assert.equal(
      data.length,
      shape.reduce((a, b) => a * b, 1),
      name,
    );
    assert.ok(data.every(Number.isFinite), name);
  }
  const units = base.architecture.groups.flatMap(unitsOf);
  assert.equal(parameters.size, 5 * units.length + 2);
});

for (const { name, architecture } of [...CATALOGUE, ...WITHOUT_WEIGHTS]) {
  test(`every layer group of ${name} above the stem can be named in a run file, from the top`, () => {
    const names = architecture.groups.map((group) => group.name);
    assert.equal(names[0], "stem");
    const stages = names.slice(1).reverse();
    assert.deepEqual(layerGroupsOf(name), stages);
    const file = runFileSchema.parse({ name: "test", data: { path: "unused" }, unfreeze: { stages } });
    assert.deepEqual(file.unfreeze.stages, stages);
    for (const stage of defaultStages(name)) assert.ok(groupIndex(architecture, stage) > 0, stage);
  });
}

test("a layer group's position is found by its name", () => {
  assert.equal(groupIndex(base.architecture, "blocks.6"), 7);
  assert.equal(groupIndex(base.architecture, "blocks.7"), -1);
});

test("the shapes at the boundaries", () => {
  const shapes = base.architecture.groups.map((_, group) => boundaryShape(base.architecture, 224, group));
  assert.deepEqual(shapes, [
    [224, 224, 3],
    [112, 112, 32],
    [112, 112, 16],
    [56, 56, 24],
    [28, 28, 40],
    [14, 14, 80],
    [14, 14, 112],
    [7, 7, 192],
    [7, 7, 320],
  ]);
  assert.equal(outputSide(base.architecture, 6, 9, 14), 7);
});

test("the shapes at the boundaries of a ResNet, padded on both sides and pooled in the stem", () => {
  const { architecture } = findArchitecture("resnet50");
  const shapesAt = (side: number) =>
    architecture.groups.map((_, group) => boundaryShape(architecture, side, group));
  assert.deepEqual(shapesAt(224), [
    [224, 224, 3],
    [56, 56, 64],
    [56, 56, 256],
    [28, 28, 512],
    [14, 14, 1024],
  ]);
  assert.deepEqual(
    shapesAt(71).map(([side]) => side),
    [71, 18, 18, 9, 5],
  );
});

/** Parameters of the models of torchvision 0.29.2 and timm 1.0.31, classifier of 1000 included. */
const COUNTED = [
  { name: "mobilenetv2", parameters: 3_504_872 },
  { name: "resnet18", parameters: 11_689_512 },
  { name: "resnet34", parameters: 21_797_672 },
  { name: "resnet50", parameters: 25_557_032 },
  { name: "resnext50-32x4d", parameters: 25_028_904 },
  { name: "regnetx-016", parameters: 9_190_136 },
  { name: "regnety-032", parameters: 19_436_338 },
  { name: "densenet121", parameters: 7_978_856 },
  { name: "efficientnet-b3", parameters: 12_233_232 },
  { name: "efficientnetv2-b2", parameters: 10_096_086 },
  { name: "convnext-atto", parameters: 3_695_520 },
  { name: "convnext-tiny", parameters: 28_589_128 },
  { name: "efficientnet-lite4", parameters: 13_006_568 },
];

for (const { name, parameters } of COUNTED) {
  test(`${name} has as many parameters as its publishers'`, () => {
    assert.equal(countParameters(findArchitecture(name).architecture), parameters);
  });
}

test("an unknown base is an error that names the known ones", () => {
  assert.throws(
    () => findBase("resnet-50"),
    (error) => {
      assert.ok(error instanceof ThawError);
      assert.equal(error.code, "BASE_UNKNOWN");
      assert.match(error.hint ?? "", /efficientnet-lite0/);
      return true;
    },
  );
});

test("what a base costs is known without running it: work, weights, and what the largest layer holds", () => {
  const conv = { stride: 1, padding: "same", activation: "relu" } as const;
  const architecture: Architecture = {
    features: 8,
    epsilon: 1e-5,
    groups: [
      {
        name: "all",
        blocks: [
          {
            name: "b",
            residual: false,
            units: [
              { ...conv, kind: "full", name: "a", kernel: 3, inChannels: 3, outChannels: 4 },
              { ...conv, kind: "full", name: "b", kernel: 1, inChannels: 4, outChannels: 8, offset: "bias" },
            ],
          },
        ],
      },
    ],
  };
  // Kernel and four numbers of each norm; kernel and bias.
  const numbers = 3 * 3 * 3 * 4 + 4 * 4 + (4 * 8 + 8);
  const side = 10;
  assert.deepEqual(staticCost(architecture, side), {
    multiplyAdds: side ** 2 * (3 * 3 * 3 * 4 + 4 * 8),
    weightBytes: 4 * numbers,
    passBytes: 4 * numbers + 4 * FROZEN_BATCH * side ** 2 * (4 + 8),
  });
});

test("weights of a base are as large as its checkpoint's float32 numbers", () => {
  const { architecture, input } = findBase("efficientnet-lite0");
  // The port's 4,652,008 parameters less its classifier, and means and variances of its norms.
  const learnt = 4_652_008 - 1281 * 1000;
  const { weightBytes } = staticCost(architecture, input.size);
  const norms = weightBytes / 4 - learnt;
  assert.ok(norms > 0 && norms < 0.02 * learnt, `${norms} numbers of norms`);
});
