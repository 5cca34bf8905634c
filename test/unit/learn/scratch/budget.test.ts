/** What is kept of activations, and files that give way. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  boundaryCandidate,
  chooseKept,
  type KeepCandidate,
  pixelCandidate,
} from "../../../../learn/bases/activationSizes.js";
import { multiplyAdds, multiplyAddsBelow } from "../../../../learn/bases/cost.js";
import { openSamples } from "../../../../learn/samples/files.js";
import { createYielding } from "../../../../learn/scratch/yielding.js";
import { smallDisk } from "../../../support/smallDisk.js";
import { base, temporaryFolder } from "../support.js";

const one = (name: string, bytes: number, cost: number): KeepCandidate => ({ name, bytes, cost });
const names = (kept: readonly KeepCandidate[]): string[] => kept.map(({ name }) => name);
const { architecture, input } = base;

test("sizes are those of the files, to the byte, for 10,000 images at four views", () => {
  const { size } = input;
  assert.equal(size, 224);
  const rows = 40_000;
  const bytes = (name: string, of = 4) => boundaryCandidate(architecture, size, name, rows, of).bytes;
  assert.equal(bytes("blocks.6"), rows * 7 * 7 * 192 * 4);
  assert.equal(bytes("blocks.5"), rows * 14 * 14 * 112 * 4);
  assert.equal(bytes("blocks.6", 2), bytes("blocks.6") / 2);
  assert.equal(pixelCandidate(size, rows).bytes, rows * 224 * 224 * 3);
});

test("what lies deeper costs less to compute again, the whole network what a pass costs", () => {
  const costs = ["blocks.6", "blocks.5", "blocks.4"].map(
    (name) => boundaryCandidate(architecture, 224, name, 1, 4).cost,
  );
  assert.deepEqual(
    costs,
    costs.toSorted((a, b) => b - a),
  );
  assert.ok((costs[2] ?? 0) > pixelCandidate(224, 1).cost);
  assert.equal(
    multiplyAddsBelow(architecture, architecture.groups.length, 224),
    multiplyAdds(architecture, 224),
  );
});

test("the dearest for their bytes are kept first, and one that does not fit leaves its room to the next", () => {
  const all = [one("large", 100, 100), one("dear", 10, 50), one("small", 20, 15)];
  assert.deepEqual(names(chooseKept(all, 1000, 1000)), ["dear", "large", "small"]);
  assert.deepEqual(names(chooseKept(all, 40, 1000)), ["dear", "small"]);
  assert.deepEqual(names(chooseKept(all, 9, 1000)), []);
  assert.deepEqual(names(chooseKept(all, -5, 1000)), []);
});

test("the disk counts for what has to be written, the budget for all", () => {
  const all = [one("a", 10, 50), one("b", 20, 60)];
  assert.deepEqual(names(chooseKept(all, 1000, 0)), []);
  assert.deepEqual(names(chooseKept(all, 1000, 0, new Set(["a"]))), ["a"]);
  assert.deepEqual(names(chooseKept(all, 1000, 20, new Set(["a"]))), ["a", "b"]);
  assert.deepEqual(names(chooseKept(all, 10, 20, new Set(["b"]))), ["a"]);
});

const FORMAT = { shape: [1000], type: "float32" } as const;

test("a file is as long as it will be before anything is written, and whole once it is", async (t) => {
  const path = join(await temporaryFolder(t), "samples");
  const writer = await createYielding(path, FORMAT, 3);
  assert.equal((await stat(path)).size, 12_000);
  await writer.write(0, new Float32Array(3000).fill(7));
  assert.equal(writer.isGone(), false);
  assert.match((await writer.close()) ?? "", /^[0-9a-f]{64}$/);
  const samples = openSamples(path, FORMAT);
  assert.equal(samples.gather([2])[999], 7);
  samples.close();
});

test("a file goes once others have taken the disk, and whoever writes it need not know", async (t) => {
  const path = join(await temporaryFolder(t), "samples");
  const spare = [1, 1, -1];
  const writer = await createYielding(path, FORMAT, 20_000, async () => spare.shift() ?? 1);
  const part = new Float32Array(4_000_000);
  await writer.write(0, part);
  assert.ok(existsSync(path));
  await writer.write(4000, part);
  await writer.write(8000, part);
  assert.equal(writer.isGone(), true);
  await writer.write(12_000, part);
  assert.equal(await writer.close(), undefined);
  assert.ok(!existsSync(path));
});

test("a file goes when the disk is full before it was looked at", async (t) => {
  const disk = await smallDisk(t, 64);
  if (disk === undefined) return t.skip("this user cannot mount a tmpfs");
  const path = join(disk.folder, "samples");
  const writer = await createYielding(path, FORMAT, 100, async () => 1);
  await writer.write(0, new Float32Array(100_000).fill(1));
  assert.equal(writer.isGone(), true);
  assert.equal(await writer.close(), undefined);
  assert.ok(!existsSync(path));
});
