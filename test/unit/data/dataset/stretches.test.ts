/** Where a list is cut into shards: into as many as it takes, and elsewhere only where its paths are others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Stretch, stretchesOf } from "../../../../data/dataset/stretches.js";

const named = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, index) => `cat/${String(from + index).padStart(6, "0")}.jpg`);
const asTexts = (paths: readonly string[], stretches: readonly Stretch[]): readonly string[] =>
  stretches.map(([from, to]) => paths.slice(from, to).join());

test("the stretches are all of the list in order, none too large, and none much smaller than the others", () => {
  for (const [count, most] of [
    [0, 10],
    [1, 10],
    [10, 10],
    [11, 10],
    [500, 2],
    [500, 3],
    [3000, 40],
  ] as const) {
    const stretches = stretchesOf(named(0, count), most);
    assert.equal(stretches.at(0)?.[0] ?? 0, 0);
    assert.equal(stretches.at(-1)?.[1] ?? 0, count);
    stretches.slice(1).forEach(([from], index) => {
      assert.equal(from, stretches[index]?.[1]);
    });
    const sizes = stretches.map(([from, to]) => to - from);
    assert.ok(Math.max(0, ...sizes) <= most, `${count} by ${most}: ${sizes}`);
    if (count > most) assert.ok(Math.min(...sizes) >= Math.max(1, Math.floor(most / 4)), `${sizes}`);
  }
  assert.deepEqual(stretchesOf(named(0, 11), 10).length, 2);
  assert.throws(() => stretchesOf(["a"], 1), RangeError);
});

test("new images change the stretch that they lie in, or cut it, and few others", () => {
  const paths = named(0, 4000);
  const most = 40;
  const before = new Set(asTexts(paths, stretchesOf(paths, most)));
  const kept = (more: readonly string[]): number => {
    const all = [...paths, ...more].sort();
    return asTexts(all, stretchesOf(all, most)).filter((text) => before.has(text)).length;
  };
  let most1 = 0;
  for (let one = 0; one < 20; one++)
    most1 = Math.max(most1, before.size - kept([`cat/${String(one * 197).padStart(6, "0")}-new.jpg`]));
  assert.ok(most1 <= 4, `${most1} of ${before.size} are others for one new image`);
  const folder = named(0, 400).map((path) => path.replace("cat", "dog"));
  const lost = before.size - kept(folder);
  assert.ok(lost <= 4, `${lost} of ${before.size} are others for a new folder`);
});

test("with a hundred thousand paths it takes a moment", () => {
  const stretches = stretchesOf(named(0, 100_000), 2_000);
  assert.ok(stretches.length >= 50 && stretches.length <= 200, `${stretches.length}`);
});
