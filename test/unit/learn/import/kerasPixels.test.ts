/** Layers of Keras that scale pixels: found in every format, and what follows from them. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { efficientNetPixels, otherPixels } from "../../../../learn/bases/kerasPixels.js";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import type { PixelLayers } from "../../../../learn/import/keras/pixels.js";
import { PIXEL_SCALES } from "../../../../spec/pixelScales.js";
import { type Group, hdf5Of, type Node } from "../../../fuzz/checkpoints/hdf5.js";
import { normalizationGroup } from "../../../support/models/kerasFile.js";
import { fixture, temporaryFolder } from "../support.js";

const recorded = fixture<{
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly files: readonly {
    readonly what: "alone" | "within";
    readonly ending: string;
    readonly file: string;
  }[];
}>("files/kerasPixels.json");

async function dictsIn(context: TestContext, file: Buffer) {
  const path = join(await temporaryFolder(context), "model");
  await writeFile(path, file);
  return readStateDicts(path);
}

const NOWHERE = { normalizations: 0, rescalings: 0 };

for (const { what, ending, file } of recorded.files) {
  test(`a Normalization and its Rescaling are found in .${ending} (${what})`, async (context) => {
    const dicts = await dictsIn(context, gunzipSync(Buffer.from(file, "base64")));
    const dict = dicts.find(({ shapes }) => shapes.has("stem_conv.weight"));
    const { mean, variance } = recorded;
    // Of a model within a model, `.h5` has no groups for layers without weights.
    const isHidden = what === "within" && ending === "h5";
    assert.deepEqual(dict?.pixelLayers, {
      normalizations: [{ mean, variance }],
      rescalings: isHidden ? 0 : 2,
      elsewhere: what === "alone" ? NOWHERE : { normalizations: 0, rescalings: 1 },
    });
    const pixels = efficientNetPixels(dict.pixelLayers);
    assert.ok(pixels.unclear, "a second Rescaling does not say by what");
  });
}

const kernel = (channels: number): Node => ({
  shape: [1, 1, channels, 2],
  data: Buffer.alloc(8 * channels, 0x3c),
});
const vector = (): Node => ({ shape: [2], data: Buffer.alloc(8, 0x3c) });
const under =
  (...names: string[]) =>
  (group: Group): Group =>
    names.reduceRight((members, name): Group => ({ members: { [name]: members } }), group);
const NORM = ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"];

test("layers of DenseNet that Keras 2 wrote with a slash have the names of Keras 3", async (context) => {
  const conv1: Group = {
    members: {
      conv: under("conv1", "conv")({ members: { "kernel:0": kernel(3) } }),
      bn: under("conv1", "bn")({ members: Object.fromEntries(NORM.map((name) => [name, vector()])) }),
    },
  };
  const block = under("conv2_block1_1_conv")({ members: { "kernel:0": kernel(2) } });
  const file = hdf5Of({
    members: { model_weights: { members: { conv1, conv2_block1_1_conv: block } } },
  }).file;
  const [dict, ...others] = await dictsIn(context, file);
  assert.deepEqual(others, []);
  assert.deepEqual(dict?.wrapper, "");
  const parts = ["weight", "bias", "running_mean", "running_var"];
  assert.deepEqual(
    [...(dict?.shapes.keys() ?? [])].sort(),
    ["conv1_conv.weight", "conv2_block1_1_conv.weight", ...parts.map((part) => `conv1_bn.${part}`)].sort(),
  );
});

test("so have those of which only the group was renamed", async (context) => {
  const conv1_conv = under("conv1", "conv")({ members: { "kernel:0": kernel(3) } });
  const [dict, ...others] = await dictsIn(context, hdf5Of({ members: { conv1_conv } }).file);
  assert.deepEqual(others, []);
  assert.deepEqual([dict?.wrapper, ...(dict?.shapes.keys() ?? [])], ["", "conv1_conv.weight"]);
});

test("so have those of a DenseNet within a model", async (context) => {
  const inner: Group = {
    members: {
      conv1: {
        members: {
          conv: { members: { "kernel:0": kernel(3) } },
          bn: { members: Object.fromEntries(NORM.map((name) => [name, vector()])) },
        },
      },
      conv2_block1_1_conv: { members: { "kernel:0": kernel(2) } },
    },
  };
  const dicts = await dictsIn(context, hdf5Of({ members: { densenet121: inner } }).file);
  assert.deepEqual(
    dicts.map(({ wrapper, shapes }) => [wrapper, shapes.size]),
    [["densenet121", 6]],
  );
});

test("a Normalization of other than three channels is known to be there, not what it does", async (context) => {
  const conv = under("stem_conv")({ members: { "kernel:0": kernel(3) } });
  const scaled = normalizationGroup("scaled", [0], [1]);
  const [dict] = await dictsIn(context, hdf5Of({ members: { scaled, stem_conv: conv } }).file);
  assert.deepEqual(dict?.pixelLayers?.normalizations, [undefined]);
  assert.match(efficientNetPixels(dict.pixelLayers).unclear ?? "", /no mean and variance of three channels/);
});

const layers = (own: Partial<PixelLayers>): PixelLayers => ({
  normalizations: [],
  rescalings: 0,
  elsewhere: NOWHERE,
  ...own,
});
const one = (mean: number[], variance: number[]) => [{ mean, variance }];

test("the layers of EfficientNet with Keras' own weights give ImageNet's scale, certainly where both Rescalings are seen", () => {
  const networks = fixture<{
    networks: readonly {
      name: string;
      normalization?: { mean: number[]; variance: number[] };
      rescalings?: number;
    }[];
  }>("networks/families/keras.json").networks;
  const scaled = networks.filter(({ normalization }) => normalization !== undefined);
  assert.equal(scaled.length, 4);
  for (const { name, normalization, rescalings = 0 } of scaled) {
    if (normalization === undefined) continue;
    // As a file has them.
    const [mean, variance] = [normalization.mean.map(Math.fround), normalization.variance.map(Math.fround)];
    const { scale, ...rest } = efficientNetPixels(
      layers({ normalizations: one(mean, variance), rescalings }),
    );
    assert.deepEqual(rest, {}, name);
    // The features were recorded of pixels that these numbers bring back to what the tests give the network.
    if (rescalings === 2) assert.deepEqual(scale, PIXEL_SCALES.imagenet);
    else {
      const channels = [0, 1, 2].map((i) => {
        const [m = Number.NaN, d = Number.NaN] = [scale?.mean, scale?.deviation].map((value) =>
          typeof value === "number" ? value : value?.[i],
        );
        return [(m / 255).toFixed(5), (d / 255) ** 2];
      });
      assert.deepEqual(
        channels.map(([m, v]) => [m, Number(v).toFixed(5)]),
        normalization.mean.map((m, i) => [m.toFixed(5), normalization.variance[i]?.toFixed(5)]),
      );
    }
  }
  const published = one([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
  for (const rescalings of [0, 1]) {
    const { scale, notice } = efficientNetPixels(layers({ normalizations: published, rescalings }));
    assert.deepEqual(scale, PIXEL_SCALES.imagenet);
    assert.match(notice ?? "", /Older versions of Keras 2[\s\S]*--std \.4785,\.4733,\.4743/);
  }
});

test("an EfficientNet that was trained from nothing takes pixels in 0…1", () => {
  const normalizations = one([0, 0, 0], [1, 1, 1]);
  assert.deepEqual(efficientNetPixels(layers({ normalizations, rescalings: 1 })), {
    scale: PIXEL_SCALES["0..1"],
  });
});

test("what cannot be told of pixels is not guessed", () => {
  const normalizations = one([0, 0, 0], [1, 1, 1]);
  const two = [...normalizations, ...normalizations];
  for (const own of [
    layers({ normalizations, rescalings: 2 }),
    layers({ normalizations, rescalings: 3 }),
    layers({ normalizations: two, rescalings: 1 }),
    layers({ normalizations, elsewhere: { normalizations: 0, rescalings: 1 } }),
    layers({ normalizations, elsewhere: { normalizations: 1, rescalings: 0 } }),
    layers({ normalizations: one([0, 0, 0], [1, -1, 1]) }),
    layers({ normalizations: one([0, Number.NaN, 0], [1, 1, 1]) }),
  ]) {
    const { unclear, scale } = efficientNetPixels(own);
    assert.ok(unclear, JSON.stringify(own));
    assert.equal(scale, undefined);
  }
  assert.ok(otherPixels(layers({ normalizations })).unclear);
  assert.ok(otherPixels(layers({ elsewhere: { normalizations: 1, rescalings: 0 } })).unclear);
  assert.match(otherPixels(layers({ rescalings: 1 })).notice ?? "", /Rescaling/);
  assert.match(
    otherPixels(layers({ elsewhere: { normalizations: 0, rescalings: 1 } })).notice ?? "",
    /Rescaling/,
  );
  assert.deepEqual(otherPixels(layers({})), {});
});
