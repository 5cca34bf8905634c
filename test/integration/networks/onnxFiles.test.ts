/** ONNX files of any network: read as an architecture of its own it has the features of PyTorch, or is refused. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { unitsOf } from "../../../learn/bases/architecture.js";
import { chosenBase } from "../../../learn/bases/chosen.js";
import { convertOnnx } from "../../../learn/bases/graphBase.js";
import { requireSound } from "../../../learn/bases/sound.js";
import { type OnnxNetwork, readOnnxNetwork } from "../../../learn/import/onnx/any/network.js";
import { ThawError } from "../../../spec/errors.js";
import { madeUpFeatures, madeUpStep } from "../../unit/learn/madeUpRuns.js";
import { assertClose, fixture, largestDifference, temporaryFolder } from "../../unit/learn/support.js";
import type { Summary } from "../../unit/learn/torchSupport.js";

interface Recorded {
  readonly network: string;
  readonly what: string;
  readonly features: readonly number[];
  readonly file: string;
  /** Of a linear head on the features of two images, from the stem up. */
  readonly step?: { readonly loss: number; readonly gradients: Readonly<Record<string, Summary>> };
}

interface Refused {
  readonly what: string;
  readonly says: string;
  readonly hint: string;
  readonly file: string;
}

const recorded = (file: string) =>
  fixture<{
    readonly side: number;
    readonly classes: number;
    readonly labels: readonly number[];
    readonly read: readonly Recorded[];
    readonly refused: readonly Refused[];
  }>(file);
const { side, classes, labels, ...graphs } = recorded("files/onnxGraphs.json");
// What exporters write in many operators, or compute.
const writings = recorded("files/onnxWritings.json");
// Ways that part and meet anywhere, gates, images that become larger.
const ways = recorded("files/onnxWays.json");
// Norms over whole images, weights that are computed, channels of other light.
const norms = recorded("files/onnxNorms.json");
const read = [...graphs.read, ...writings.read, ...norms.read, ...ways.read];
const refused = [...graphs.refused, ...writings.refused, ...norms.refused, ...ways.refused];

function askedOf(what: string) {
  const [, bands] = /^bands (.*)$/.exec(what) ?? [];
  return {
    ...(what === "any size" ? { size: side } : {}),
    ...(bands === undefined ? {} : { bands: bands.split(",").map(Number) }),
  };
}

async function pathOf(context: TestContext, file: string): Promise<string> {
  const path = join(await temporaryFolder(context), "network.onnx");
  await writeFile(path, gunzipSync(Buffer.from(file, "base64")));
  return path;
}

const readNetwork = async (context: TestContext, file: string, asked = {}): Promise<OnnxNetwork> =>
  readOnnxNetwork(await pathOf(context, file), asked);

for (const { network, what, features, file, step } of read) {
  test(`${network}, ${what}: it has the features of PyTorch`, async (context) => {
    const { architecture, parameters } = await readNetwork(context, file, askedOf(what));
    requireSound(parameters, "network.onnx");
    assertClose(madeUpFeatures(architecture, parameters, side), features, 1e-5, "features");
  });
  if (step === undefined) continue;
  test(`${network}: a training step has the loss and the gradients of PyTorch`, async (context) => {
    const { architecture, parameters } = await readNetwork(context, file);
    const own = await madeUpStep(context, {
      isPrepared: true,
      architecture,
      parameters,
      side,
      classes,
      labels,
    });
    assertClose([own.loss], [step.loss], 1e-4, "loss");
    for (const [name, { every, values, norm }] of Object.entries(step.gradients)) {
      const gradient = own.byName.get(name) ?? assert.fail(`there is no ${name}`);
      const some = gradient.filter((_, i) => i % every === 0);
      const difference = largestDifference(some, values);
      assert.ok(difference <= 1e-4 * norm, `${name}: differs by ${difference / norm} of its norm`);
    }
  });
}

for (const { what, says, hint, file } of refused) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(readNetwork(context, file), (error) => {
      assert.ok(error instanceof ThawError, String((error as Error).stack));
      assert.ok(["DATA_INVALID", "USAGE"].includes(error.code), error.code);
      assert.match(error.message, /cannot be a base: /);
      assert.ok(error.message.includes(says), error.message);
      assert.ok((error.hint ?? "").includes(hint), error.hint);
      return true;
    });
  });
}

const networkOf = async (
  context: TestContext,
  name: string,
  what: string,
  asked = {},
): Promise<OnnxNetwork> => {
  const { file } = read.find((one) => one.network === name && one.what === what) ?? assert.fail(name);
  return readNetwork(context, file, asked);
};
const groupsOf = ({ architecture }: OnnxNetwork): readonly string[] =>
  architecture.groups.map(({ name }) => name);

test("layer groups begin where images become smaller, above what stands for a structure", async (context) => {
  const squeezed = await networkOf(context, "squeezenet", "with norms");
  assert.deepEqual(groupsOf(squeezed), ["stem", "layer1", "layer2"]);
  assert.deepEqual([squeezed.tunable, squeezed.hasFixedPart], [2, false]);
  const shuffled = await networkOf(context, "shufflenet", "with norms");
  assert.deepEqual([shuffled.tunable, shuffled.hasFixedPart], [2, false]);
  const spread = await networkOf(context, "dilated", "with norms");
  assert.deepEqual([groupsOf(spread), spread.hasFixedPart], [["stem", "layer1", "layer2"], true]);
  // What is not to be trained: noughts between the taps of a dilated kernel.
  const [stem, ...others] = spread.architecture.groups;
  const isSpread = (name: string): boolean => {
    const kernel = spread.parameters.get(`${name}.kernel`)?.data ?? new Float32Array();
    return kernel.filter((value) => value === 0).length > kernel.length / 2;
  };
  assert.ok(stem && unitsOf(stem).some(({ name }) => isSpread(name)));
  assert.ok(!others.flatMap(unitsOf).some(({ name }) => isSpread(name)));
});

test("what was left, where the features are, and what the graph does with its pixels are told", async (context) => {
  const scaled = await networkOf(context, "resnext", "with norms");
  assert.match(scaled.head ?? "", /^Gemm \(/);
  assert.match(scaled.output, /Relu/);
  assert.ok(Math.abs((scaled.factor ?? 0) - 1 / 255 / 0.224) < 1e-6, String(scaled.factor));
  const vgg = await networkOf(context, "vgg", "with norms");
  assert.match(vgg.head ?? "", /^Flatten \(/);
  assert.deepEqual([vgg.factor, vgg.isFolded, vgg.bands], [undefined, true, undefined]);
  assert.deepEqual((await networkOf(context, "grey", "with norms")).bands, { count: 1, shown: [1] });
  assert.equal((await networkOf(context, "mobilenetv3", "folded")).isFolded, true);
});

test("norms of groups, computed kernels and shortcuts of several units are tuned like others, and what was computed is told", async (context) => {
  const grouped = await networkOf(context, "group norms", "with norms");
  assert.deepEqual(
    [grouped.hasFixedPart, grouped.isFolded, grouped.isComputed, groupsOf(grouped)],
    [false, true, false, ["stem", "layer1"]],
  );
  const kinds = grouped.architecture.groups.flatMap(unitsOf).map(({ kind }) => kind);
  assert.ok(kinds.includes("group-norm") && !kinds.includes("scale") && !kinds.includes("depthwise"));
  for (const what of ["standardised", "standardised by hand"]) {
    const { isComputed, hasFixedPart } = await networkOf(context, what, "with norms");
    assert.deepEqual([isComputed, hasFixedPart], [true, false]);
  }
  const means = await networkOf(context, "means before a shortcut", "with norms");
  assert.equal(means.hasFixedPart, false);
  assert.equal(means.architecture.groups[1]?.blocks[0]?.shortcut?.[0]?.kind, "average");
});

test("the value that gives the features can be named, and what lies above need not be understood", async (context) => {
  const { output } = await networkOf(context, "squeezenet", "with norms");
  const below = output.replace("features.6", "features.4");
  const cut = await networkOf(context, "squeezenet", "with norms", { output: below });
  assert.deepEqual([cut.output, cut.architecture.features, cut.head], [below, 12, undefined]);
  const detector = refused.find(({ what }) => what === "a detector") ?? assert.fail();
  await assert.rejects(readNetwork(context, detector.file), (error) => {
    const [, named = ""] = /--output (\S+)/.exec((error as ThawError).hint ?? "") ?? [];
    assert.notEqual(named, "");
    return true;
  });
});

test("another size is taken only where the graph leaves it open", async (context) => {
  const open = await networkOf(context, "shufflenet", "any size", { size: 64 });
  assert.equal(open.size, 64);
  await assert.rejects(
    networkOf(context, "shufflenet", "folded", { size: 64 }),
    /of 32 pixels, --size says 64/,
  );
});

test("a graph's checkpoint is the same for the same network, and holds what it is made of", async (context) => {
  const folder = await temporaryFolder(context);
  const paths = [join(folder, "one"), join(folder, "other"), join(folder, "wider")];
  const bytes: Buffer[] = [];
  for (const [i, network] of ["densenet", "densenet", "convnext"].entries()) {
    const { file } = read.find((one) => one.network === network) ?? assert.fail();
    const path = paths[i] ?? "";
    await convertOnnx(await pathOf(context, file), {}, path);
    bytes.push(await readFile(path));
  }
  assert.ok(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0)));
  const [checkpoint = ""] = paths;
  const base = chosenBase({ name: "own@1", architecture: "onnx-1", checkpoint, inputSize: side });
  assert.deepEqual(base.architecture, (await networkOf(context, "densenet", "with norms")).architecture);
  assert.ok((await base.load(checkpoint)).has("stem.0.conv1.kernel"));
  // Its record says how many layer groups it has.
  assert.throws(
    () => chosenBase({ name: "own@1", architecture: "onnx-3", checkpoint }),
    /holds no network of this version/,
  );
  assert.throws(
    () => chosenBase({ name: "own@1", architecture: "onnx-1", checkpoint: resolve("package.json") }),
    /holds no network of this version/,
  );
});
