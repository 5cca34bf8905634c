/** The budget of memory. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { createBudget } from "../../../../data/image/budget.js";

/** Work that is done when it is told so. */
function piece(running: Set<string>, name: string): { work(): Promise<string>; finish(): void } {
  let finish = (): void => undefined;
  const ended = new Promise<void>((done) => {
    finish = done;
  });
  const work = async (): Promise<string> => {
    running.add(name);
    await ended;
    running.delete(name);
    return name;
  };
  return { work, finish: () => finish() };
}

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

it("small pieces run side by side, one as large as the budget alone, in the order they came", async () => {
  const budget = createBudget(10);
  const running = new Set<string>();
  const names = ["a", "b", "large", "c"];
  const pieces = names.map((name) => piece(running, name));
  const costs = [4, 5, 100, 1];
  const all = Promise.all(pieces.map(({ work }, index) => budget.spend(costs[index] as number, work)));
  await settle();
  assert.deepEqual([...running], ["a", "b"], "the last one would fit, but waits behind the large one");
  pieces[0]?.finish();
  await settle();
  assert.deepEqual([...running], ["b"]);
  pieces[1]?.finish();
  await settle();
  assert.deepEqual([...running], ["large"]);
  pieces[2]?.finish();
  await settle();
  assert.deepEqual([...running], ["c"]);
  pieces[3]?.finish();
  assert.deepEqual(await all, names);
});

it("what failed costs nothing any more", async () => {
  const budget = createBudget(1);
  const fail = () => Promise.reject(new Error("no"));
  await assert.rejects(budget.spend(1, fail), { message: "no" });
  assert.equal(await budget.spend(1, async () => "then"), "then");
});
