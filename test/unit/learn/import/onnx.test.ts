/** ONNX files of known architectures: followed operator by operator, they give what PyTorch gives, or are refused. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Architecture } from "../../../../learn/bases/architecture.js";
import { readingOf } from "../../../../learn/bases/catalogue.js";
import { invertedNetwork } from "../../../../learn/bases/families/mobileInverted.js";
import { resNet } from "../../../../learn/bases/families/resnet.js";
import { EPSILON, halfKernel } from "../../../../learn/bases/families/torchConventions.js";
import { requireSound } from "../../../../learn/bases/sound.js";
import { tf } from "../../../../learn/engine.js";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import type { ImportedWeights } from "../../../../learn/import/fit.js";
import { freezeGroups, poolFeatures } from "../../../../learn/network/network.js";
import { ThawError } from "../../../../spec/errors.js";
import { assertClose, fixture, temporaryFolder } from "../support.js";

const { side, pixels, read, refused } = fixture<{
  side: number;
  pixels: number[];
  read: { network: string; what: string; features: number[]; file: string }[];
  refused: { what: string; says: string; file: string }[];
}>("files/onnx.json");

const NETWORKS: Readonly<Record<string, Architecture>> = {
  basic: resNet({ block: "basic", repeats: [1, 1, 1, 1], channels: 2 }),
  bottleneck: resNet({ block: "bottleneck", repeats: [1, 1, 1, 1], channels: 2 }),
  grouped: resNet({
    block: "bottleneck",
    repeats: [1, 1, 1, 1],
    channels: 2,
    grouped: { groups: 2, width: 2 },
  }),
  inverted: invertedNetwork({
    stages: [
      { kernel: 3, stride: 1, expansion: 1, channels: 8, repeats: 1 },
      { kernel: 3, stride: 2, expansion: 2, channels: 4, repeats: 2 },
    ],
    stemChannels: 8,
    topChannels: 16,
    padding: halfKernel,
    epsilon: EPSILON,
  }),
};
const networkOf = (name: string): Architecture => NETWORKS[name] ?? assert.fail(name);

async function pathOf(context: TestContext, file: string): Promise<string> {
  const path = join(await temporaryFolder(context), "network.onnx");
  await writeFile(path, gunzipSync(Buffer.from(file, "base64")));
  return path;
}

const imported = async (
  context: TestContext,
  file: string,
  architecture: Architecture,
  ...asked: string[]
): Promise<ImportedWeights> => readingOf(architecture, []).read(await pathOf(context, file), ...asked);

for (const { network, what, features, file } of read) {
  test(`${network}, ${what}: it has the features of PyTorch`, async (context) => {
    const architecture = networkOf(network);
    const { parameters, taken } = await imported(context, file, architecture);
    requireSound(parameters, "network.onnx");
    const isHalf = what === "half precision";
    const told = {
      ...(isHalf ? { converted: ["float16"] } : {}),
      ...(what === "with norms" ? {} : { folded: true }),
    };
    assert.deepEqual(taken, { name: "plain", ...told });
    const frozen = freezeGroups(architecture, parameters, 0, architecture.groups.length);
    context.after(() => frozen.dispose());
    const own = tf.tidy(() => poolFeatures(frozen.run(tf.tensor4d(pixels, [1, side, side, 3]))).dataSync());
    assertClose(own, features, isHalf ? 1e-2 : 1e-5, "features");
  });
}

for (const { what, says, file } of refused) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(imported(context, file, networkOf("basic")), (error) => {
      assert.ok(error instanceof ThawError, String((error as Error).stack));
      assert.equal(error.code, "DATA_INVALID");
      assert.ok(error.message.includes(says), error.message);
      return true;
    });
  });
}

test("another architecture's file, and a choice of networks, are refused", async (context) => {
  const [one] = read;
  assert.ok(one);
  await assert.rejects(
    imported(context, one.file, networkOf("inverted")),
    /there is a Conv .* where there should be/,
  );
  await assert.rejects(
    imported(context, one.file, networkOf("basic"), "ema"),
    (error) => error instanceof ThawError && error.code === "USAGE",
  );
  // Its record says which network it is.
  await imported(context, one.file, networkOf("basic"), "plain");
  await assert.rejects(readStateDicts(await pathOf(context, one.file)), /it is an ONNX model/);
});

/** A model whose graph is these bytes. */
function modelOf(graph: Buffer): Buffer {
  const length = Buffer.from([
    (graph.length & 127) | 128,
    ((graph.length >> 7) & 127) | 128,
    ((graph.length >> 14) & 127) | 128,
    graph.length >> 21,
  ]);
  return Buffer.concat([Buffer.from([8, 8, 18, 1, 0x74, 0x3a]), length, graph]);
}

const HOSTILE: readonly (readonly [what: string, model: Buffer, says: RegExp])[] = [
  [
    "two million operators",
    modelOf(Buffer.alloc(4_000_000, Buffer.from([0x0a, 0]))),
    /asks for more than 128 MiB/,
  ],
  ["two million weights", modelOf(Buffer.alloc(4_000_000, Buffer.from([0x2a, 0]))), /called|asks for more/],
  [
    "two million inputs",
    modelOf(Buffer.alloc(4_000_000, Buffer.from([0x5a, 0]))),
    /asks for more than 128 MiB/,
  ],
  [
    "a number without end",
    modelOf(Buffer.concat([Buffer.from([0x08]), Buffer.alloc(12, 0xff)])),
    /a number in it has no end/,
  ],
  ["no graph", Buffer.from([8, 8, 18, 1, 0x74]), /it holds no graph/],
  ["a length beyond the file", Buffer.from([8, 8, 18, 1, 0x74, 0x3a, 255, 255, 255, 15]), /in the middle/],
];
for (const [what, model, says] of HOSTILE) {
  test(`refused: ${what}`, async (context) => {
    const path = join(await temporaryFolder(context), "hostile.onnx");
    await writeFile(path, model);
    await assert.rejects(
      readingOf(networkOf("basic"), []).read(path),
      (error) => error instanceof ThawError && error.code === "DATA_INVALID" && says.test(error.message),
    );
  });
}
