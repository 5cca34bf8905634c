/** Checkpoints in every format, written by PyTorch and safetensors; whatever else is refused without running it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import { randomStream } from "../../../../rng/stream.js";
import { ThawError } from "../../../../spec/errors.js";
import { base, FIXTURES, fixture, temporaryFolder } from "../support.js";
import { allTensors } from "../torchSupport.js";

interface Formats {
  readonly tensors: Record<string, { shape: number[]; values: number[] }>;
  readonly read: { what: string; file: string }[];
  readonly refused: { what: string; says: string; file: string }[];
}

const { tensors, read, refused } = fixture<Formats>("files/formats.json");

/** Of a test: some read hundreds of files. */
const folders = new WeakMap<TestContext, string>();

async function readBytes(context: TestContext, bytes: Buffer) {
  const folder = folders.get(context) ?? (await temporaryFolder(context));
  folders.set(context, folder);
  const path = join(folder, "checkpoint");
  await writeFile(path, bytes);
  return allTensors(await readStateDicts(path));
}

function refusal(error: unknown): ThawError {
  assert.ok(error instanceof ThawError, String((error as Error).stack ?? error));
  assert.equal(error.code, "DATA_INVALID");
  return error;
}

const isRefusal = (error: unknown): boolean => refusal(error) instanceof ThawError;

for (const { what, file } of read) {
  test(`${what} is read, every type of number as float32`, async (context) => {
    const found = await readBytes(context, Buffer.from(file, "base64"));
    // What stands before every name is taken off when they are compared with an architecture's.
    const bare = new Map([...found].map(([name, tensor]) => [name.replace(/^module\./, ""), tensor]));
    assert.deepEqual([...bare.keys()].sort(), Object.keys(tensors).sort());
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      assert.deepEqual(bare.get(name)?.shape, shape, name);
      assert.deepEqual([...(bare.get(name)?.data ?? [])], [...Float32Array.from(values)], name);
    }
  });
}

for (const { what, says, file } of refused) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(readBytes(context, Buffer.from(file, "base64")), (error) =>
      refusal(error).message.includes(says),
    );
  });
}

test("a command in a checkpoint was not run", () => {
  assert.ok(!existsSync("/tmp/thaw-was-here"));
});

const bytesOf = (what: string): Buffer => {
  const found = read.find((candidate) => candidate.what === what);
  assert.ok(found);
  return Buffer.from(found.file, "base64");
};

for (const what of ["PyTorch's zip format", "safetensors"]) {
  test(`refused: ${what}, cut anywhere`, async (context) => {
    const whole = bytesOf(what);
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 150)) {
      await assert.rejects(readBytes(context, whole.subarray(0, length)), isRefusal, `at ${length}`);
    }
  });

  test(`${what} with flipped bytes is read or refused, never a crash`, async (context) => {
    const whole = bytesOf(what);
    const stream = randomStream(1, "damage");
    const path = join(await temporaryFolder(context), "damaged");
    let refusals = 0;
    for (let i = 0; i < 400; i++) {
      const damaged = Buffer.from(whole);
      damaged[stream.word(2 * i) % whole.length] = stream.word(2 * i + 1) >>> 24;
      await writeFile(path, damaged);
      await readStateDicts(path)
        .then(allTensors)
        .catch((error: unknown) => {
          refusal(error);
          refusals += 1;
        });
    }
    assert.ok(refusals > 30, `${refusals} of 400 refused`);
  });
}

test("storages that lie over each other do not make much out of little", async (context) => {
  const whole = bytesOf("PyTorch's zip format");
  // Entries of the central directory (PK\1\2): every storage claims most of the archive, from its start.
  const size = 8 * Math.floor((whole.length - 1000) / 8);
  for (let at = whole.indexOf("PK\x01\x02"); at >= 0; at = whole.indexOf("PK\x01\x02", at + 4)) {
    const name = whole.toString("latin1", at + 46, at + 46 + whole.readUInt16LE(at + 28));
    if (!name.includes("/data/")) continue;
    for (const [offset, value] of [
      [20, size],
      [24, size],
      [42, 0],
    ] as const)
      whole.writeUInt32LE(value, at + offset);
  }
  await assert.rejects(readBytes(context, whole), (error) =>
    refusal(error).message.includes("more than its size"),
  );
});

test("a checkpoint of another network is refused with the first tensors that do not fit", async (context) => {
  const path = join(await temporaryFolder(context), "other");
  await writeFile(path, bytesOf("safetensors"));
  await assert.rejects(base.load(path), (error) => {
    const units = base.architecture.groups.flatMap((group) => group.blocks.flatMap((block) => block.units));
    const { message } = refusal(error);
    const all = 5 * units.length;
    assert.ok(
      message.startsWith(`${all} of ${all} tensors do not fit: tensor _conv_stem.weight is missing, `),
    );
    return message.endsWith(` and ${all - 4} more`);
  });
});

test("thaw's own weights are safetensors, but no checkpoint of a base", async () => {
  const path = join(FIXTURES, "files/thaw.safetensors");
  assert.equal(allTensors(await readStateDicts(path)).size, 3);
  await assert.rejects(base.load(path), isRefusal);
});
