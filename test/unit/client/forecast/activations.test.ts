/** What `thaw plan` says of the activations that a run would keep. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { plannedActivations } from "../../../../client/forecast/activations.js";
import type { PlannedStage } from "../../../../client/plan/foresee.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";
import type { Store } from "../../../../store/connection/connection.js";
import { drawnFolder } from "../../../support/images/drawn.js";

/** Nothing is read of it where the images lie in a folder and are not ingested. */
const NO_STORE = {} as Store;
let images: string;
let workFolder: string;

before(async () => {
  images = await drawnFolder(10, ["disc", "moon"]);
  workFolder = await mkdtemp(join(tmpdir(), "thaw-planned-"));
});
after(() => rm(workFolder, { recursive: true, force: true }));

const RUN: readonly PlannedStage[] = [
  { name: "features", kind: "features", action: "run", why: "new" },
  { name: "tune-1", kind: "tune", action: "run", why: "new" },
];
/** 20 images: 14 with three views, 6 with one. */
const ROWS = 48;
const SIX = ROWS * 7 * 7 * 192 * 4;
const FIVE = ROWS * 14 * 14 * 112 * 4;

const planned = (given: object, stages = RUN) => {
  const file = runFileSchema.parse({
    ...{ name: "test", data: { path: images }, augment: { views: 3 } },
    ...{ unfreeze: { stages: ["blocks.6", "blocks.5"] } },
    ...given,
  });
  return plannedActivations(NO_STORE, workFolder, file, { dataPath: images }, stages);
};

test("what would be kept is counted from images, views and layer groups", async () => {
  assert.deepEqual(await planned({ scratch: { budget: "1GB" } }), {
    bytes: SIX + FIVE,
    wanted: SIX + FIVE,
    kept: ["blocks.6", "blocks.5"],
    recomputed: [],
    budget: 1e9,
    isExact: false,
  });
});

test("what does not fit is named", async () => {
  const said = await planned({ scratch: { budget: `${SIX / 1e6}MB` } });
  assert.deepEqual([said?.kept, said?.recomputed, said?.bytes], [["blocks.6"], ["blocks.5"], SIX]);
  const half = await planned({ scratch: { budget: `${SIX / 1e6}MB` }, precision: "bfloat16" });
  assert.deepEqual([half?.wanted, half?.bytes], [(SIX + FIVE) / 2, SIX / 2]);
});

test("pixels count where a stage trains from them", async () => {
  const said = await planned({ scratch: { budget: "0GB" }, compare: { scratch: true } });
  assert.deepEqual(said?.recomputed, ["blocks.6", "blocks.5", "pixels"]);
  assert.equal(said?.wanted, SIX + FIVE + ROWS * 224 * 224 * 3);
});

test("nothing is said where nothing would be read, and of a share of a pod's disk", async () => {
  const reused = RUN.map((stage): PlannedStage => ({ ...stage, action: "reuse" }));
  assert.equal(await planned({}, reused), undefined);
  assert.equal(await planned({ base: "own" }), undefined);
  const pod = { compute: "kubernetes", kubernetes: { image: "example.com/thaw:1" } };
  assert.equal(await planned(pod), undefined);
  assert.equal((await planned({ ...pod, scratch: { budget: "1GB" } }))?.budget, 1e9);
});
