/** Networks of one channel, which are the same for grey pictures, and of others, of which their user says which are red, green and blue. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { requireScaleOfBands } from "../../../../client/bases/bands.js";
import { findArchitecture } from "../../../../learn/bases/architectures.js";
import { bandsOf, forColours } from "../../../../learn/import/bands.js";
import { importWeights } from "../../../../learn/import/fit.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { plainDict } from "../../../../learn/import/torchState.js";
import { expectedTensors } from "../../../../learn/import/torchUnits.js";
import { ThawError } from "../../../../spec/errors.js";
import { specDigest } from "../../../../store/artifacts/specDigest.js";
import { madeUp } from "../torchSupport.js";

const ORIGIN = { source: "s", licence: "MIT", pretrainedOn: "p" };

for (const [architecture, first] of [
  ["resnet18", "conv1.weight"],
  ["densenet121", "features.conv0.weight"],
] as const) {
  test(`${architecture} with one channel: a third of its first kernel for each colour`, () => {
    const { known, expected, state } = madeUpState(architecture, first);
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

/** A network's tensors under the names of which one is this; made up once, for they are millions of numbers. */
const made = new Map<string, readonly (readonly [string, CheckpointTensor])[]>();
function madeUpState(architecture: string, first: string) {
  const known = findArchitecture(architecture);
  const naming = known.namings.find((one) => expectedTensors(known.architecture, one).has(first));
  assert.ok(naming);
  const expected = expectedTensors(known.architecture, naming);
  const state =
    made.get(architecture) ?? [...expected].map(([name, shape]) => [name, madeUp(name, shape)] as const);
  made.set(architecture, state);
  return { known, expected, state };
}

/** ResNet-18's tensors with a first kernel for so many channels. */
function withBands(count: number) {
  const { known, state } = madeUpState("resnet18", "conv1.weight");
  const first = madeUp("conv1.weight", [64, count, 7, 7]);
  const dict = plainDict(new Map([...state, ["conv1.weight", first]]));
  const read = (bands?: readonly number[], asked?: string) =>
    importWeights(known.architecture, [dict], known.namings, asked, undefined, bands);
  return { first, read };
}

test("of a network of thirteen channels red, green and blue see what is theirs, and the rest is told", () => {
  const { first, read } = withBands(13);
  const { parameters, taken } = read([4, 3, 2]);
  assert.deepEqual(taken, { name: "plain", bands: { count: 13, shown: [4, 3, 2] } });
  const kernel = parameters.get("stem.0.conv.kernel") ?? [...parameters.values()][0];
  assert.deepEqual(kernel?.shape, [7, 7, 3, 64]);
  for (let output = 0; output < 64; output++) {
    for (let tap = 0; tap < 49; tap++) {
      for (const [colour, band] of [4, 3, 2].entries()) {
        const wanted = first.data[(output * 13 + band - 1) * 49 + tap];
        assert.equal(kernel?.data[(tap * 3 + colour) * 64 + output], wanted);
      }
    }
  }
});

test("a single channel may be the one that is grey", () => {
  const { first, read } = withBands(2);
  const { parameters, taken } = read([2]);
  assert.deepEqual(taken, { name: "plain", bands: { count: 2, shown: [2] } });
  const kernel = [...parameters.values()][0];
  for (let tap = 0; tap < 49; tap++) {
    const colours = [0, 1, 2].map((colour) => kernel?.data[(tap * 3 + colour) * 64] ?? Number.NaN);
    const sum = colours.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - (first.data[49 + tap] ?? 0)) < 1e-6);
    assert.equal(new Set(colours).size, 1);
  }
});

const REFUSED: readonly (readonly [
  count: number,
  bands: readonly number[] | undefined,
  says: RegExp,
  hint: RegExp,
])[] = [
  [4, undefined, /takes pictures of 4 channels, and thaw's have three/, /channels 1 to 4 .*--bands 3,2,1/],
  [2, undefined, /takes pictures of 2 channels/, /--bands 1/],
  [4, [5, 2, 1], /--bands 5,2,1 cannot be/, /three numbers of 1 to 4/],
  [4, [2, 2, 1], /--bands 2,2,1 cannot be/, /each another/],
  [4, [1, 2], /--bands 1,2 cannot be/, /or one/],
  [3, [3, 2, 1], /takes pictures in red, green and blue/, /leave --bands out/],
  [1, [1], /one channel, which is grey/, /leave --bands out/],
];

for (const [count, bands, says, hint] of REFUSED) {
  test(`refused: ${bands?.join(",") ?? "nothing said"} of ${count} channels`, () => {
    assert.throws(
      () => withBands(count).read(bands),
      (error) => {
        assert.ok(error instanceof ThawError);
        assert.equal(error.code, "USAGE");
        assert.match(error.message, says);
        assert.match(error.hint ?? "", hint);
        return true;
      },
    );
  });
}

test("a choice of channels is kept in a spec, its digest and what an engine is given, and needs a scale", () => {
  const bands = { count: 4, shown: [3, 2, 1] };
  const plain = { architecture: "resnet18", layers: [], lineage: [], name: "a@1", origin: ORIGIN };
  assert.notEqual(specDigest({ ...plain, bands }), specDigest(plain));
  const asked = { from: "sat.pth", bands: [3, 2, 1] };
  assert.throws(
    () => requireScaleOfBands(asked, bands),
    /sat.pth was trained on 4 channels: how they are scaled/,
  );
  requireScaleOfBands({ ...asked, pixelScale: { mean: 0, deviation: 1 } }, bands);
  requireScaleOfBands({ from: "photos.pth" }, undefined);
});

test("only a kernel for three colours may have other channels instead", () => {
  assert.equal(bandsOf([64, 3, 7, 7], [64, 1, 7, 7]), 1);
  assert.equal(bandsOf([64, 3, 7, 7], [64, 3, 7, 7]), 3);
  assert.equal(bandsOf([64, 3, 7, 7], [64, 13, 7, 7]), 13);
  assert.equal(bandsOf([64, 3, 7, 7], [32, 1, 7, 7]), undefined);
  assert.equal(bandsOf([64, 3, 7, 7], [64, 1, 3, 3]), undefined);
  assert.equal(bandsOf([64, 3, 7, 7], [64, 0, 7, 7]), undefined);
  assert.equal(bandsOf([64, 3, 7, 7], [64, 5000, 7, 7]), undefined);
  assert.equal(bandsOf([64, 64, 7, 7], [64, 1, 7, 7]), undefined);
  assert.equal(bandsOf([64, 3], [64, 1]), undefined);
});

test("outputs keep their own kernels", () => {
  const data = Float32Array.from([3, 6, 9, 12]);
  const { shape, data: wide } = forColours({ shape: [2, 1, 1, 2], data }, [1]);
  assert.deepEqual(
    [shape, [...wide]],
    [
      [2, 3, 1, 2],
      [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4],
    ],
  );
});
