/** Which run a look's images are held against. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lastTrained } from "../../../../activities/retraining/lastTrained.js";
import type { RunResult } from "../../../../spec/pipeline/run.js";
import type { ModelVersion } from "../../../../spec/records/model.js";
import { writeRun } from "../../../../store/records/records.js";
import { SCANS } from "../../../support/models/modelVersions.js";
import { memoryStore } from "../../../support/services/memoryStore.js";

const FIRST: ModelVersion = { ...SCANS, version: 1, runId: "scans-20260101-000000-zzzz" };
const SECOND: ModelVersion = {
  ...SCANS,
  version: 2,
  runId: "scans-20260102-115900-abcd",
  createdAt: "2026-01-02T12:00:10.900Z",
};

/** What is taken, where a run has begun then that gave version 1 once more. */
async function afterRunAt(time: string): Promise<number | undefined> {
  const { store } = memoryStore();
  const run: RunResult = {
    runId: `scans-20260102-${time}-aaaa`,
    ...{ model: "scans", version: 1, testAccuracy: 0.9, testAccuracyInterval: [0.8, 1], byStage: [] },
    artifacts: { head: SCANS.weights },
  };
  await writeRun(store, run);
  return (await lastTrained(store, "scans", [FIRST, SECOND]))?.version;
}

test("a run that began after the newest version was registered counts, also within the same second", async () => {
  assert.equal(await afterRunAt("120011"), 1);
  assert.equal(await afterRunAt("120010"), 1, "its id tells no more than the second");
});

test("a run that began before, and learned what is known, does not", async () => {
  assert.equal(await afterRunAt("120009"), 2);
});

test("without a record of a run it is the newest version", async () => {
  const { store } = memoryStore();
  assert.equal((await lastTrained(store, "scans", [FIRST, SECOND]))?.version, 2);
  assert.equal(await lastTrained(store, "scans", []), undefined);
});
