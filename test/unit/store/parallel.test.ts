/** Bounded parallel work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forEachParallel } from "../../../store/parallel.js";

const items = Array.from({ length: 50 }, (_, index) => index);

test("every item is done once, and never more than so many at a time", async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachParallel(items, 4, async (item) => {
    most = Math.max(most, ++running);
    await sleep(item % 3);
    running -= 1;
    done.push(item);
  });
  assert.equal(most, 4);
  assert.deepEqual(
    done.sort((a, b) => a - b),
    items,
  );
});

test("after a failure nothing is begun, and what is under way has ended when it is reported", async () => {
  let begun = 0;
  let ended = 0;
  const work = async (item: number): Promise<void> => {
    begun += 1;
    await sleep(item === 5 ? 0 : 5);
    ended += 1;
    if (item === 5) throw new Error("the fifth");
  };
  await assert.rejects(forEachParallel(items, 4, work), { message: "the fifth" });
  assert.equal(ended, begun);
  assert.ok(begun < items.length, `${begun} were begun`);
});

test("nothing to do is done at once", async () => {
  await forEachParallel([], 4, () => assert.fail("there is no item"));
});
