/** The live progress of a stage out of its pending activities: of shards one for all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type PendingActivity, withPending } from "../../../client/temporal/pendingActivities.js";

const pending = (activityId: string, progress: object, more: object = {}): PendingActivity =>
  ({
    activityId,
    attempt: 1,
    heartbeatDetails: {
      payloads: [
        { metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from(JSON.stringify(progress)) },
      ],
    },
    ...more,
  }) as PendingActivity;

const shard = (number: number, imagesPerSecond: number, more: object = {}) =>
  pending(
    `features-shard-${number}`,
    { phase: `shard ${number} of 50: frozen layers`, step: 1, total: 9, imagesPerSecond },
    more,
  );

test("a stage has what its own activity tells", () => {
  const [stage] = withPending(
    [{ name: "features", state: "running" }],
    [pending("features", { phase: "frozen layers", step: 3, total: 8 })],
  );
  assert.deepEqual(stage?.progress, { phase: "frozen layers", step: 3, total: 8 });
});

test("of shards at work there is one progress: how many are done, and what they do together", () => {
  const shards = { done: 12, total: 50, etaSeconds: 480 };
  const [stage, other] = withPending(
    [
      { name: "features", state: "running", shards },
      { name: "features-2", state: "running" },
    ],
    [shard(13, 40), shard(14, 60)],
  );
  assert.deepEqual(stage, {
    ...{ name: "features", state: "running", attempt: 1 },
    progress: { phase: "shards", step: 12, total: 50, etaSeconds: 480, imagesPerSecond: 100 },
  });
  assert.deepEqual(other, { name: "features-2", state: "running" });
});

test("the shard that had trouble is the one that is told of", () => {
  const [stage] = withPending(
    [{ name: "features", state: "running", shards: { done: 0, total: 2 } }],
    [shard(1, 1, { attempt: 3, lastFailure: { message: "the engine died" } }), shard(2, 1)],
  );
  assert.equal(stage?.attempt, 3);
  assert.equal(stage?.lastFailure, "the engine died");
});

test("a stage that is not at work shows no shards", () => {
  assert.deepEqual(withPending([{ name: "features", state: "done", shards: { done: 2, total: 2 } }], []), [
    { name: "features", state: "done" },
  ]);
});
