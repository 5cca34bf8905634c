/** Which activities of a run are stages: what comes after them, and what is about pods and commands, is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stageOfActivity } from "../../../../client/runs/stageOfActivity.js";

test("stages and their look-ups are stages; records, endpoints of notifications, commands and pods are none", () => {
  assert.deepEqual(stageOfActivity("tune-1"), { stage: "tune-1", isLookup: false });
  assert.deepEqual(stageOfActivity("find-head"), { stage: "head", isLookup: true });
  assert.deepEqual(stageOfActivity("features-2-shard-12"), {
    stage: "features-2",
    isLookup: false,
    isPart: true,
  });
  assert.deepEqual(stageOfActivity("features-shards"), { stage: "features", isLookup: false, isPart: true });
  for (const id of ["record-run", "endpoints", "steer-2", "start-pod-1", "watch-pod-1", "stop-pod-12"])
    assert.equal(stageOfActivity(id), undefined, id);
});
