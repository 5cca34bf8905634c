/** Heartbeats of control activities. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asyncLocalStorage, type Context } from "@temporalio/activity";
import { withSignsOfLife } from "../../../activities/life/signsOfLife.js";

for (const { isLocal, beats } of [
  { isLocal: false, beats: 1 },
  { isLocal: true, beats: 0 },
]) {
  test(`${isLocal ? "a local activity" : "an activity of the server's"} beats ${beats} times as it begins`, async () => {
    let heard = 0;
    const context = { info: { isLocal }, heartbeat: () => (heard += 1) } as unknown as Context;
    const activity = withSignsOfLife(async (request: number) => request + 1);
    assert.equal(await asyncLocalStorage.run(context, () => activity(1)), 2);
    assert.equal(heard, beats);
  });
}
