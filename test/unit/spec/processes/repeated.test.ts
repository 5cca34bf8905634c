/** What is repeated is never done twice at once, and ends when it says so or is told to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { repeatedly } from "../../../../spec/processes/repeated.js";
import { until } from "../../../support/until.js";

test("it is done one time after the other, until it says that it is over", async (t) => {
  let atWork = 0;
  let most = 0;
  let times = 0;
  const end = repeatedly(async () => {
    atWork += 1;
    most = Math.max(most, atWork);
    // Ten times as long as the pause.
    await sleep(20);
    atWork -= 1;
    times += 1;
    return times === 3 ? "over" : undefined;
  }, 2);
  t.after(end);
  await until("three times", () => times === 3);
  await sleep(50);
  assert.deepEqual({ times, most }, { times: 3, most: 1 });
});

test("it ends when it is told to, also while it is under way", async () => {
  let begun = 0;
  let answer: () => void = () => undefined;
  const end = repeatedly(
    () => {
      begun += 1;
      return new Promise((resolve) => {
        answer = () => resolve(undefined);
      });
    },
    2,
    true,
  );
  assert.equal(begun, 1, "at once");
  end();
  answer();
  await sleep(30);
  assert.equal(begun, 1);
});
