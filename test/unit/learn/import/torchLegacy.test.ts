/** PyTorch checkpoints: plain ones are read, whatever else is refused without running any of it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readTorchLegacy } from "../../../../learn/import/torchLegacy.js";
import { randomStream } from "../../../../rng/stream.js";
import { ThawError } from "../../../../spec/errors.js";
import { base, checkpointFile, fixture, temporaryFolder } from "../support.js";
import { allTensors } from "../torchSupport.js";

const { plain, refused } = fixture<{
  plain: { file: string; tensors: Record<string, { shape: number[]; values: number[] }> };
  refused: { what: string; file: string }[];
}>("files/checkpoints.json");

/** Of a test: some read hundreds of files. */
const folders = new WeakMap<TestContext, string>();

async function readBytes(context: TestContext, bytes: Buffer) {
  const folder = folders.get(context) ?? (await temporaryFolder(context));
  folders.set(context, folder);
  const path = join(folder, "checkpoint.pth");
  await writeFile(path, bytes);
  return allTensors(await readTorchLegacy(path));
}

function isRefusal(error: unknown): boolean {
  assert.ok(error instanceof ThawError, String((error as Error).stack ?? error));
  assert.equal(error.code, "DATA_INVALID");
  return true;
}

test("a state dict of views, scalars, parameters and integers is read", async (context) => {
  const tensors = await readBytes(context, Buffer.from(plain.file, "base64"));
  assert.deepEqual([...tensors.keys()], Object.keys(plain.tensors));
  for (const [name, { shape, values }] of Object.entries(plain.tensors)) {
    assert.deepEqual(tensors.get(name)?.shape, shape, name);
    assert.deepEqual([...(tensors.get(name)?.data ?? [])], [...Float32Array.from(values)], name);
  }
});

for (const { what, file } of refused) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(readBytes(context, Buffer.from(file, "base64")), isRefusal);
  });
}

test("the refusal of a command names it, and it was not run", async (context) => {
  const hostile = refused.find(({ what }) => what === "a command in the state dict");
  assert.ok(hostile);
  await assert.rejects(readBytes(context, Buffer.from(hostile.file, "base64")), /posix\.system/);
  assert.ok(!existsSync("/tmp/thaw-was-here"));
});

test("refused: a checkpoint that is cut anywhere", async (context) => {
  const whole = Buffer.from(plain.file, "base64");
  for (let length = 0; length < whole.length; length += 11) {
    await assert.rejects(readBytes(context, whole.subarray(0, length)), isRefusal, `at ${length}`);
  }
});

test("a checkpoint with flipped bytes is read or refused, never a crash", async (context) => {
  const whole = Buffer.from(plain.file, "base64");
  const stream = randomStream(1, "damage");
  let refusals = 0;
  for (let i = 0; i < 600; i++) {
    const damaged = Buffer.from(whole);
    damaged[stream.word(2 * i) % whole.length] = stream.word(2 * i + 1) >>> 24;
    await readBytes(context, damaged).catch((error: unknown) => {
      isRefusal(error);
      refusals += 1;
    });
  }
  assert.ok(refusals > 100, `${refusals} of 600 refused`);
});

test("the published weights are read", async () => {
  const tensors = allTensors(await readTorchLegacy(await checkpointFile()));
  assert.deepEqual(tensors.get("_fc.weight")?.shape, [1000, 1280]);
  assert.deepEqual(tensors.get("_conv_stem.weight")?.shape, [32, 3, 3, 3]);
});

test("a checkpoint of another network is refused with the tensor's name", async (context) => {
  const path = join(await temporaryFolder(context), "other.pth");
  await writeFile(path, Buffer.from(plain.file, "base64"));
  await assert.rejects(
    base.load(path),
    (error) => isRefusal(error) && /_conv_stem\.weight/.test(String(error)),
  );
});
