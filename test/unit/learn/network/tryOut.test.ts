/** A picture through a base: features that say nothing are an error that names the base, at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chosenBase } from "../../../../learn/bases/chosen.js";
import { tf } from "../../../../learn/engine.js";
import type { Parameters } from "../../../../learn/network/parameters.js";
import { baseGolden, faultOf, loadSound, tryOut } from "../../../../learn/network/tryOut.js";
import { writeSafetensors } from "../../../../learn/safetensors.js";
import { ThawError } from "../../../../spec/errors.js";
import { base, checkpointFile, pretrained, temporaryFolder } from "../support.js";

const small = { ...base, name: "own@1", input: { ...base.input, size: 64 } };

/** Of every parameter with that ending. */
async function changed(ending: string, change: (value: number) => number): Promise<Parameters> {
  return new Map(
    [...(await pretrained())].map(([name, parameter]) => [
      name,
      name.endsWith(ending) ? { ...parameter, data: parameter.data.map(change) } : parameter,
    ]),
  );
}

const isUnusable =
  (fault: RegExp) =>
  (error: unknown): boolean =>
    error instanceof ThawError &&
    error.code === "BASE_UNUSABLE" &&
    !error.retryable &&
    error.message.startsWith("the base own@1 gives no usable features: ") &&
    fault.test(error.message);

test("the published weights pass, and nothing of the try stays in memory", async () => {
  const parameters = await pretrained();
  const before = tf.memory().numTensors;
  const { features, scale } = await tryOut(small, parameters);
  assert.ok(features.every(Number.isFinite) && scale > 0);
  assert.equal(tf.memory().numTensors, before);
});

test("a network too wide for float32 is refused", async () => {
  const wide = await changed("top.0.conv.kernel", (value) => value * 1e38);
  await assert.rejects(
    tryOut(small, new Map([...wide, ...(await changed("top.0.conv.beta", () => Number.NaN))])),
    isUnusable(/./),
  );
});

test("a network that sees nothing is refused", async () => {
  // Whatever comes in, the shifts of the last batch norm come out.
  const shifts = [...(await changed("top.0.conv.beta", Math.abs))].filter(
    ([name]) => name === "top.0.conv.beta",
  );
  const still = [...(await changed("top.0.conv.mean", () => 0))].filter(
    ([name]) => name === "top.0.conv.mean",
  );
  const blind = await changed("top.0.conv.kernel", () => 0);
  await assert.rejects(
    tryOut(small, new Map([...blind, ...shifts, ...still])),
    isUnusable(/the same for a picture and its negative/),
  );
  const mute = await changed("top.0.conv.beta", () => -1000);
  await assert.rejects(tryOut(small, mute), isUnusable(/all 1280 are the same/));
});

test("what is wrong with features is told", () => {
  const two = (...values: number[]): Float32Array => Float32Array.from(values);
  assert.equal(faultOf(two(1, 2, 3, 4)), undefined);
  // One feature cannot differ from others.
  assert.equal(faultOf(two(1, 2)), undefined);
  assert.match(faultOf(two(1, Number.NaN, 3, 4)) ?? "", /1 of 4 are no finite numbers/);
  assert.match(faultOf(two(2, 2, 3, 4)) ?? "", /all 2 are the same/);
  assert.match(faultOf(two(1, 2, 1, 2)) ?? "", /for a picture and its negative/);
});

test("an engine that loads a base tries it first", async (context) => {
  const folder = await temporaryFolder(context);
  const weights = join(folder, "tuned.safetensors");
  const { shape, data } = (await pretrained()).get("top.0.conv.beta") ?? assert.fail();
  await writeSafetensors(weights, new Map([["top.0.conv.beta", { shape, data: data.map(() => -1000) }]]));
  const choice = {
    name: "own@1",
    architecture: base.name,
    checkpoint: await checkpointFile(),
    inputSize: 64,
  };
  await loadSound(chosenBase(choice), choice);
  const broken = { ...choice, layers: [weights] };
  await assert.rejects(loadSound(chosenBase(broken), broken), isUnusable(/all 1280 are the same/));
  // A failure is not remembered as a success.
  await assert.rejects(loadSound(chosenBase(broken), broken), isUnusable(/all 1280 are the same/));
});

test("a base that gives other features than when it was added is refused, and says how much they differ", async () => {
  const choice = {
    name: "own@1",
    architecture: base.name,
    checkpoint: await checkpointFile(),
    inputSize: 64,
  };
  const golden = await baseGolden(chosenBase(choice), choice);
  const sound = { ...choice, golden };
  await loadSound(chosenBase(sound), sound);
  const scaled = { ...sound, pixelScale: { mean: 100, deviation: 60 } };
  await assert.rejects(loadSound(chosenBase(scaled), scaled), {
    code: "NUMBERS_DIFFER",
    message:
      /^the base own@1 gives other features of thaw's own picture than when it was added or trained: they differ by \d/,
  });
});

test("the stages of a run get the weights that were read once, and others where a file was replaced", async (context) => {
  const folder = await temporaryFolder(context);
  const weights = join(folder, "tuned.safetensors");
  const name = "top.0.conv.beta";
  const { shape, data } = (await pretrained()).get(name) ?? assert.fail();
  const choice = {
    ...{ name: "own@1", architecture: base.name, checkpoint: await checkpointFile(), inputSize: 64 },
    layers: [weights],
  };
  const load = () => loadSound(chosenBase(choice), choice);
  await writeSafetensors(weights, new Map([[name, { shape, data }]]));
  const first = await load();
  assert.equal(await load(), first);
  const raised = data.map((value) => value + 1);
  await writeSafetensors(weights, new Map([[name, { shape, data: raised }]]));
  assert.deepEqual((await load()).get(name)?.data, raised);
  assert.deepEqual(first.get(name)?.data, data, "what a stage still holds stays as it is");
  const plain = { ...choice, layers: [] };
  assert.deepEqual((await loadSound(chosenBase(plain), plain)).get(name)?.data, data);
});
