/** Networks that were trained on one channel: taken, said, and the same for grey pictures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findArchitecture } from "../../../../learn/bases/architectures.js";
import { importWeights } from "../../../../learn/import/fit.js";
import { isOneChannel, threeChannels } from "../../../../learn/import/oneChannel.js";
import { plainDict } from "../../../../learn/import/torchState.js";
import { expectedTensors } from "../../../../learn/import/torchUnits.js";
import { madeUp } from "../torchSupport.js";

for (const [architecture, first] of [
  ["resnet18", "conv1.weight"],
  ["densenet121", "features.conv0.weight"],
] as const) {
  test(`${architecture} with one channel: a third of its first kernel for each colour`, () => {
    const known = findArchitecture(architecture);
    const [naming] = known.namings.filter((one) => expectedTensors(known.architecture, one).has(first));
    assert.ok(naming);
    const expected = expectedTensors(known.architecture, naming);
    const state = new Map([...expected].map(([name, shape]) => [name, madeUp(name, shape)] as const));
    const [outputs = 0, , height = 0, width = 0] = expected.get(first) ?? [];
    const grey = madeUp(first, [outputs, 1, height, width]);
    const dict = plainDict(new Map([...state, [first, grey]]));
    const { parameters, taken } = importWeights(known.architecture, [dict], known.namings);
    assert.deepEqual(taken, { name: "plain", oneChannel: true });
    const kernel = [...parameters.values()].find(({ shape }) => shape.length === 4 && shape[2] === 3);
    assert.ok(kernel);
    assert.deepEqual(kernel.shape, [height, width, 3, outputs]);
    for (let tap = 0; tap < height * width; tap++) {
      for (let output = 0; output < outputs; output++) {
        const colours: number[] = [0, 1, 2].map(
          (colour) => kernel.data[(tap * 3 + colour) * outputs + output] ?? 0,
        );
        const wanted = grey.data[output * height * width + tap] ?? Number.NaN;
        const sum = colours.reduce((total, value) => total + value, 0);
        assert.ok(Math.abs(sum - wanted) <= 1e-6 * Math.abs(wanted), "grey of three channels is grey of one");
        assert.equal(new Set(colours).size, 1);
      }
    }
    const whole = importWeights(known.architecture, [plainDict(new Map(state))], known.namings);
    assert.equal(whole.taken, undefined, "of three channels nothing is said");
  });
}

test("only a kernel for three colours may have one channel instead", () => {
  assert.equal(isOneChannel([64, 3, 7, 7], [64, 1, 7, 7]), true);
  assert.equal(isOneChannel([64, 3, 7, 7], [64, 3, 7, 7]), false);
  assert.equal(isOneChannel([64, 3, 7, 7], [32, 1, 7, 7]), false);
  assert.equal(isOneChannel([64, 3, 7, 7], [64, 1, 3, 3]), false);
  assert.equal(isOneChannel([64, 3, 7, 7], [64, 2, 7, 7]), false);
  assert.equal(isOneChannel([64, 64, 7, 7], [64, 1, 7, 7]), false);
  assert.equal(isOneChannel([64, 3], [64, 1]), false);
});

test("outputs keep their own kernels", () => {
  const data = Float32Array.from([3, 6, 9, 12]);
  const { shape, data: wide } = threeChannels({ shape: [2, 1, 1, 2], data });
  assert.deepEqual(
    [shape, [...wide]],
    [
      [2, 3, 1, 2],
      [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4],
    ],
  );
});
