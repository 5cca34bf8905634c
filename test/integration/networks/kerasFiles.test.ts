/** Files of Keras: read in every format that it writes, mapped onto networks that give what Keras gives, or refused. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { findArchitecture } from "../../../learn/bases/architectures.js";
import { multiplyAdds } from "../../../learn/bases/cost.js";
import { readStateDicts } from "../../../learn/import/checkpoint.js";
import type { CheckpointTensor } from "../../../learn/import/tensorViews.js";
import type { StateDict } from "../../../learn/import/torchState.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { ThawError } from "../../../spec/errors.js";
import { hdf5Of } from "../../fuzz/checkpoints/hdf5.js";
import { kerasFile } from "../../support/models/kerasFile.js";
import { madeUpFeatures } from "../../unit/learn/madeUpRuns.js";
import { assertClose, fixture, largestDifference, temporaryFolder } from "../../unit/learn/support.js";
import { madeUp, stateDict } from "../../unit/learn/torchSupport.js";

interface KerasFile {
  readonly what: string;
  readonly wrapper?: string;
  readonly type?: string;
  /** Whether its layers have the names of their classes, with a number. */
  readonly isNumbered?: boolean;
  readonly says?: string;
  readonly file: string;
}

const { tensors, read, refused } = fixture<{
  tensors: Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
  read: readonly KerasFile[];
  refused: readonly KerasFile[];
}>("files/keras.json");

async function dictsOf(context: TestContext, file: string): Promise<readonly StateDict[]> {
  const path = join(await temporaryFolder(context), "model");
  await writeFile(path, gunzipSync(Buffer.from(file, "base64")));
  return readStateDicts(path);
}

const NUMBERED: Readonly<Record<string, string>> = {
  first: "conv2d",
  norm: "batch_normalization",
  deep: "depthwise_conv2d",
  norm_deep: "batch_normalization_1",
  predictions: "dense",
};

for (const { what, file, wrapper = "", type, isNumbered = false } of read) {
  test(`${what} is read`, async (context) => {
    const dicts = await dictsOf(context, file);
    assert.deepEqual(
      dicts.map((dict) => dict.wrapper),
      [wrapper],
    );
    const [dict] = dicts;
    assert.ok(dict);
    const found = dict.read(dict.shapes.keys());
    assert.equal(found.size, Object.keys(tensors).length);
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      const own = isNumbered ? name.replace(/^\w+/, (layer) => NUMBERED[layer] ?? layer) : name;
      assert.deepEqual(dict.shapes.get(own), shape, own);
      assert.deepEqual(found.get(own)?.shape, shape, own);
      const difference = largestDifference(found.get(own)?.data ?? [], Float32Array.from(values));
      assert.ok(difference <= (type === undefined ? 0 : 1e-3), `${own} differs by ${difference}`);
      assert.equal(dict.types?.get(own), type);
    }
  });
}

test("numbers of layers begin with nought, whatever else a session made before, and a norm may have no factors", async (context) => {
  const vector = { shape: [2], data: Float32Array.of(1, 2) };
  const kernel = { shape: [2, 3, 1, 1], data: new Float32Array(6) };
  const parts = ["bias", "running_mean", "running_var"];
  const norm = parts.map((part): [string, CheckpointTensor] => [`batch_normalization_12.${part}`, vector]);
  const state = new Map([["conv2d_94.weight", kernel], ["conv2d_96.weight", kernel], ...norm]);
  const path = join(await temporaryFolder(context), "model");
  await writeFile(path, kerasFile(state));
  const [named] = await readStateDicts(path);
  const names = ["conv2d.weight", "conv2d_2.weight", ...parts.map((part) => `batch_normalization.${part}`)];
  assert.deepEqual([...(named?.shapes.keys() ?? [])].sort(), names.sort());
  // By number, as Keras 3 keeps them.
  const bytes = Buffer.from(vector.data.buffer);
  const vars = { members: Object.fromEntries(parts.map((_, i) => [String(i), { shape: [2], data: bytes }])) };
  const layers = { members: { batch_normalization: { members: { vars } } } };
  await writeFile(path, hdf5Of({ members: { layers } }).file);
  const [numbered] = await readStateDicts(path);
  assert.deepEqual(
    [...(numbered?.shapes.keys() ?? [])],
    parts.map((part) => `batch_normalization.${part}`),
  );
});

for (const { what, file, says = "" } of refused) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(dictsOf(context, file), (error) => {
      assert.ok(error instanceof ThawError);
      assert.equal(error.code, "DATA_INVALID");
      assert.ok(error.message.includes(says), error.message);
      return true;
    });
  });
}

const networks = fixture<
  readonly {
    readonly name: string;
    readonly side: number;
    readonly multiplyAdds: number;
    readonly tensors: Readonly<Record<string, number | number[]>>;
    readonly biased: readonly string[];
    readonly features: readonly number[];
  }[]
>("networks/kerasNetworks.json");

/** Of the largest feature. */
const FEATURE_TOLERANCE = 1e-4;

for (const { name, side, features, biased, ...recorded } of networks) {
  const base = findArchitecture(name);
  const state = stateDict(recorded);
  for (const layer of biased) {
    const bias = `${layer}.bias`;
    state.set(bias, madeUp(bias, state.get(`${layer}.weight`)?.shape.slice(0, 1) ?? []));
  }

  test(`${name} has the features of keras.applications`, async (context) => {
    const path = join(await temporaryFolder(context), "network.safetensors");
    await writeSafetensors(path, state);
    const { parameters } = await base.read(path);
    const { architecture } = base;
    const own = madeUpFeatures(architecture, parameters, side);
    context.diagnostic(`largest difference ${largestDifference(own, features)}`);
    assertClose(own, features, FEATURE_TOLERANCE, "features");
  });

  test(`${name} has the multiply-adds that Keras' layers have`, () => {
    const classifier = base.architecture.features * 1000;
    assert.equal((multiplyAdds(base.architecture, 224) + classifier) / 1e6, recorded.multiplyAdds);
  });

  test(`${name} is the same network by the numbers of its layers`, async (context) => {
    const path = join(await temporaryFolder(context), "network.safetensors");
    const counts = new Map<string, number>();
    const renamed = new Map<string, string>();
    // In the order of Keras' layers, as the generator lists them.
    for (const [layer, shape] of Object.entries(recorded.tensors)) {
      const isDeep = Array.isArray(shape) && shape[1] === 1;
      const kind = Array.isArray(shape) ? `${isDeep ? "depthwise_" : ""}conv2d` : "batch_normalization";
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      renamed.set(layer, count === 0 ? kind : `${kind}_${count}`);
    }
    const numbered = [...state].map(([full, tensor]): [string, CheckpointTensor] => {
      const at = full.lastIndexOf(".");
      return [`${renamed.get(full.slice(0, at))}${full.slice(at)}`, tensor];
    });
    await writeSafetensors(path, new Map(numbered));
    const byNumber = await base.load(path);
    await writeSafetensors(path, state);
    const byName = await base.load(path);
    assert.deepEqual([...byNumber.keys()], [...byName.keys()]);
    for (const [parameter, { data }] of byName) {
      assert.equal(largestDifference(byNumber.get(parameter)?.data ?? [], data), 0, parameter);
    }
  });
}
