/** What is forecast of a run that has started, or why nothing is. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { startedTimeText } from "../../../../cli/render/runs/plan.js";
import { timeOfPlan } from "../../../../client/forecast/planned.js";
import { forecastOfStarted } from "../../../../client/forecast/started.js";
import { planRun } from "../../../../client/plan/plan.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";
import { memoryStore } from "../../../support/services/memoryStore.js";
import { plainScreen } from "../../cli/screens.js";

/** Folders that can be read in two ways. */
const TWO_WAYS = [
  "train/cat/1.jpg",
  "train/dog/1.jpg",
  "test/cat/2.jpg",
  "test/dog/2.jpg",
  "unlabeled/1.jpg",
];

async function images(t: TestContext, paths: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-started-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const path of paths) {
    await mkdir(dirname(join(folder, "images", path)), { recursive: true });
    await writeFile(join(folder, "images", path), path);
  }
  const context = { store: memoryStore().store, platform: { workFolder: folder, embedded: true } };
  return { context, source: { dataPath: join(folder, "images") } };
}

const fileWith = (data: object) => runFileSchema.parse({ name: "m", data: { path: "images", ...data } });

describe("the forecast of a run that has started", () => {
  it("is that of its plan", async (t) => {
    const { context, source } = await images(t, ["cat/1.jpg", "dog/1.jpg"]);
    const file = fileWith({});
    const stages = await planRun(context, file, source, "engine");
    const time = await timeOfPlan(context.store, file, source, stages);
    assert.deepEqual(await forecastOfStarted(context, file, source, "engine"), { time });
    assert.ok((time?.seconds ?? 0) > 0);
    assert.match(startedTimeText({ time }, plainScreen()), /^About \d+ s of computing, a guess/);
    assert.match(startedTimeText({ time: undefined }, plainScreen()), /^Nothing to compute/);
  });

  it("reads folders as the run file says that they are meant", async (t) => {
    const { context, source } = await images(t, TWO_WAYS);
    const told = await forecastOfStarted(context, fileWith({ folders: "splits" }), source, "engine");
    assert.ok("time" in told, JSON.stringify(told));
    const untold = await forecastOfStarted(context, fileWith({}), source, "engine");
    assert.ok("unknown" in untold && /unlabeled/.test(untold.unknown), JSON.stringify(untold));
  });

  it("is left out, with the reason, where the images are not on this machine", async (t) => {
    const { context } = await images(t, []);
    const nowhere = { dataPath: "/nowhere/images" };
    const forecast = await forecastOfStarted(context, fileWith({}), nowhere, "engine");
    assert.equal(
      startedTimeText(forecast, plainScreen(100)),
      "No forecast of its time: there is no folder or manifest of images at /nowhere/images",
    );
  });

  it("is left out where reading the images would take long", async (t) => {
    const { context, source } = await images(t, ["cat/1.jpg", "dog/1.jpg"]);
    const forecast = await forecastOfStarted(context, fileWith({}), source, "engine", AbortSignal.abort());
    assert.deepEqual(forecast, { unknown: "reading the images takes longer than 10 s here" });
  });
});
