/** Names and numbers of checkpoints that differ between their sources. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelShape, unitsOf } from "../../../../learn/bases/architecture.js";
import { findArchitecture, WITHOUT_WEIGHTS } from "../../../../learn/bases/architectures.js";
import { unitParameters } from "../../../../learn/bases/unitParameters.js";
import { allTaken } from "../../../../learn/import/torchUnits.js";

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
      assert.equal(new Set(taken.map(({ theirs }) => theirs)).size, taken.length);
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
