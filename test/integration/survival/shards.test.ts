/** The features of a set in shards: a kill costs the shard that was at work, and nobody can tell from the bytes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { startRun } from "../../../client/runs/start.js";
import { fetchEvents } from "../../../client/temporal/eventHistory.js";
import { SHARD_KIND, stageOfShards } from "../../../spec/pipeline/shards.js";
import type { FeaturesSummary } from "../../../spec/records/features.js";
import type { ArtifactManifest } from "../../../store/artifacts/artifacts.js";
import { requireManifest } from "../../../store/artifacts/artifacts.js";
import { drawnImages } from "../../support/images/drawn.js";
import { killAtShard, waitForStage } from "../../support/services/faults.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { manifestsOf } from "../../support/store/manifests.js";

const RUN_FILE = `
name: sharded
base: small
data: { path: images }
recipe: extractor-only
augment: { views: 2 }
head: { epochs: 1 }
evaluation: { folds: 0 }
`;
const PER_SHARD = 10;

let stack: Stack;
let dataPath: string;
before(async () => {
  stack = await sharedStack();
  dataPath = await drawnImages(join(stack.folder, "images"), 10, ["disc", "moon", "star"]);
});
after(() => stack.close());

/** @param from everything from that stage on is made anew */
async function start(images: number | "off", from?: string): Promise<string> {
  const file = parseRunFile(RUN_FILE, "thaw.yaml", [`shards.images=${images}`]);
  return (await startRun(stack.session, { file, dataPath, lineage: from === undefined ? {} : { from } }))
    .runId;
}

/** Its features, once they are there; nothing else of the run is wanted. */
async function featuresOf(runId: string): Promise<ArtifactManifest> {
  const { artifact } = await waitForStage(stack, runId, "features", ({ state }) => state === "done");
  await stack.session.temporal.workflow.getHandle(runId).cancel();
  return requireManifest(stack.session.store, artifact ?? assert.fail("no features"));
}

const shardsThere = () => manifestsOf(stack.session.store, SHARD_KIND);

test("an engine that is killed costs one shard; the features have the bytes of a run without any", async () => {
  const runId = await start(PER_SHARD);
  const before = await killAtShard(stack, runId, "features", shardsThere);
  const features = await featuresOf(runId);

  const after = await shardsThere();
  for (const [name, manifest] of before) assert.deepEqual(after.get(name), manifest, name);
  const { shards, reused, rows } = features.summary as FeaturesSummary;
  assert.equal(reused, undefined);
  assert.deepEqual(shards, { shards: after.size, images: 30, rows });
  const { events } = await fetchEvents(stack.session, runId);
  const ofShards = new Map(
    (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
      stageOfShards(scheduled?.activityId ?? "") === "features"
        ? [[String(eventId), scheduled?.activityId]]
        : [],
    ),
  );
  assert.equal(ofShards.size, 1 + after.size);
  const attempts = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: begun }) =>
    begun && ofShards.has(String(begun.scheduledEventId)) ? [begun.attempt] : [],
  );
  assert.deepEqual(attempts.toSorted(), [...Array.from({ length: after.size }, () => 1), 2]);
  // What was held for them is part of what the stage has cost.
  const held = [...after.values()].reduce((sum, { usage }) => sum + (usage?.seconds ?? 0), 0);
  assert.ok(held > 0 && (features.usage?.seconds ?? 0) > held);

  const whole = await featuresOf(await start("off", "features"));
  assert.equal((whole.summary as FeaturesSummary).shards, undefined);
  assert.notEqual(whole.key, features.key);
  assert.deepEqual(
    features.files.map(({ name, digest }) => [name, digest]),
    whole.files.map(({ name, digest }) => [name, digest]),
  );
});
