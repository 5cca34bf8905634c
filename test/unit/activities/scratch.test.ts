/** Activations on this machine: bounded, and rid of what cancelled runs were at. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { findLocalGarbage, measureWork } from "../../../client/gc/localGarbage.js";
import { partOf } from "../../../files/parts.js";
import { boundScratch, makeRoom, scratchBudget } from "../../../files/scratch.js";

const MEGABYTE = 1e6;
const MINUTE = 60_000;
const NOW = Date.parse("2026-11-29T12:00:00Z");
const folders: string[] = [];
let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "thaw-scratch-"));
  folders.push(work);
});
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** An entry of one megabyte, last used so many minutes ago. */
async function entry(name: string, minutes: number, file = "blocks.6.f32"): Promise<string> {
  const folder = join(work, "scratch", name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), Buffer.alloc(MEGABYTE));
  const at = (NOW - minutes * MINUTE) / 1000;
  await utimes(join(folder, file), at, at);
  await utimes(folder, at, at);
  return folder;
}

const left = async (): Promise<string[]> => (await readdir(join(work, "scratch"))).sort();
const within = (megabytes: number) => ({ THAW_SCRATCH_GB: String(megabytes / 1000) });

test("the entries of the longest ago go until the rest is within the budget", async () => {
  for (const [name, minutes] of [
    ["a", 300],
    ["b", 100],
    ["c", 200],
    ["d", 50],
  ] as const)
    await entry(name, minutes);
  await boundScratch(work, join(work, "scratch", "e"), within(2.5), NOW);
  assert.deepEqual(await left(), ["b", "d"]);
});

test("what a stage takes up again counts as used, and stays whatever it takes", async () => {
  const taken = await entry("a", 300);
  await entry("b", 100);
  await boundScratch(work, taken, within(0), NOW);
  assert.deepEqual(await left(), ["a"]);
  await entry("c", 100);
  await boundScratch(work, join(work, "scratch", "c"), within(1.5), NOW + 20 * MINUTE);
  assert.deepEqual(await left(), ["c"]);
});

test("what another worker may be writing stays", async () => {
  await entry("a", 300);
  await entry("b", 5);
  await boundScratch(work, join(work, "scratch", "c"), within(0), NOW);
  assert.deepEqual(await left(), ["b"]);
});

test("files that a cancelled run was at go, within the budget and in the stage's own folder", async () => {
  const own = await entry("a", 30, "blocks.6.f32.part");
  await entry("b", 30, "blocks.6.f32.part");
  const busy = await entry("c", 1, "blocks.6.f32.part");
  await boundScratch(work, own, within(1000), NOW);
  assert.deepEqual([await readdir(own), await readdir(busy)], [[], ["blocks.6.f32.part"]]);
});

test("what a killed engine of this worker was at goes at once, what another one's is at stays", async () => {
  const beside = partOf("blocks.6.f32", process.pid + 1);
  const own = await entry("a", 0, partOf("blocks.6.f32", process.pid));
  const other = await entry("b", 0, beside);
  await boundScratch(work, own, within(1000), NOW);
  assert.deepEqual([await readdir(own), await readdir(other)], [[], [beside]]);
});

test("a scratch that is not there yet is no error", async () => {
  const { removed } = await boundScratch(work, join(work, "scratch", "a"), {}, NOW);
  assert.deepEqual(removed, []);
});

test("the budget is a fifth of what there is, twenty gigabytes at most, or what is set", () => {
  assert.equal(scratchBudget(10e9, 40e9, {}), 10e9);
  assert.equal(scratchBudget(0, 2e12, {}), 20e9);
  assert.equal(scratchBudget(0, 40e9, { THAW_SCRATCH_GB: "1.5" }), 1.5e9);
  assert.equal(scratchBudget(0, 40e9, { THAW_SCRATCH_GB: "0" }), 0);
  assert.equal(scratchBudget(0, 40e9, { THAW_SCRATCH_GB: "" }), 8e9);
  assert.equal(scratchBudget(0, 40e9, { THAW_SCRATCH_GB: "lots" }), 8e9);
});

test("a run may ask for bytes or a share, and for no more than the machine is set to", () => {
  assert.equal(scratchBudget(10e9, 40e9, {}, { bytes: 45e9 }), 45e9);
  assert.equal(scratchBudget(10e9, 40e9, {}, { share: 0.5 }), 25e9);
  assert.equal(scratchBudget(10e9, 40e9, { THAW_SCRATCH_GB: "3" }, { share: 0.5 }), 3e9);
  assert.equal(scratchBudget(10e9, 40e9, { THAW_SCRATCH_GB: "30" }, { bytes: 2e9 }), 2e9);
});

const room = (current: string, budget: number, wanted: number, last: readonly string[] = []) =>
  makeRoom(join(work, "scratch"), current, budget * MEGABYTE, () => wanted * MEGABYTE, last, NOW);

test("room is made of what was used longest ago, and of no more than is wanted", async () => {
  for (const [name, minutes] of [
    ["a", 300],
    ["b", 200],
    ["c", 100],
    ["d", 5],
  ] as const)
    await entry(name, minutes);
  const own = await entry("own", 400);
  assert.equal((await room(own, 6, 1)).within, 2 * MEGABYTE);
  assert.deepEqual(await left(), ["a", "b", "c", "d", "own"]);
  const made = await room(own, 5, 1);
  assert.deepEqual([made.own, made.within], [MEGABYTE, 2 * MEGABYTE]);
  assert.deepEqual(await left(), ["b", "c", "d", "own"]);
  assert.equal((await room(own, 3, 1, [join(work, "scratch", "b")])).within, 2 * MEGABYTE);
  assert.deepEqual(await left(), ["d", "own"], "what was used a moment ago stays");
});

test("what is still read goes last", async () => {
  await entry("read", 300);
  await entry("b", 100);
  const own = await entry("own", 400);
  await room(own, 3, 1, [join(work, "scratch", "read")]);
  assert.deepEqual(await left(), ["own", "read"]);
});

test("the most that there could be is told with all that may go gone", async () => {
  await entry("a", 300);
  await entry("busy", 2);
  const told: number[] = [];
  const folder = join(work, "scratch");
  await makeRoom(folder, join(folder, "own"), 10 * MEGABYTE, ({ within }) => told.push(within) * 0, [], NOW);
  assert.deepEqual(told, [9 * MEGABYTE]);
  assert.deepEqual(await left(), ["a", "busy"]);
});

test("a file that another process is writing counts as long as it will be, and its room on the disk is taken", async () => {
  const own = await entry("own", 400);
  const before = await room(own, 1000, 0);
  const writing = join(work, "scratch", "other", "blocks.6.f32.part");
  await mkdir(join(writing, ".."));
  await writeFile(writing, "");
  await truncate(writing, 100 * MEGABYTE);
  const after = await room(own, 1000, 0);
  assert.equal(before.within - after.within, 100 * MEGABYTE);
  assert.ok(Number.isFinite(after.free));
});

test("garbage collection sees activations of yesterday and torn files of an hour ago; both are counted", async () => {
  const old = await entry("a", 25 * 60);
  const torn = await entry("b", 90, "blocks.6.f32.part");
  await entry("c", 90);
  const found = (await findLocalGarbage(work, new Date(NOW))).map(({ path }) => path);
  assert.deepEqual(found.sort(), [old, join(torn, "blocks.6.f32.part")]);
  assert.deepEqual(await measureWork(work), { bytes: 3 * MEGABYTE, scratchBytes: 3 * MEGABYTE });
});
