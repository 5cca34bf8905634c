/** Rows of earlier files are found by the images' bytes and the view's number, and by nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { viewsOf } from "../../../../data/views/count.js";
import { knownRows } from "../../../../learn/samples/known.js";
import { allViews } from "../../../../learn/samples/render.js";
import { viewRows } from "../../../../learn/samples/views.js";
import { randomStream } from "../../../../rng/stream.js";
import type { ImageRecord, Split } from "../../../../spec/records/dataset.js";

const VIEWS = 3;

function record(sha256: string, split: Split = "train"): ImageRecord {
  const place = { pack: "pack-000.bin", offset: 0, length: 1 };
  const look = { phash: "0", width: 1, height: 1, format: "png" };
  return { path: sha256, label: 0, group: sha256, split, sha256, ...look, ...place };
}

const known = (records: readonly ImageRecord[], ...earlier: readonly (readonly ImageRecord[])[]) =>
  knownRows(
    allViews({ records }, [...records.keys()], VIEWS),
    records,
    earlier.map((set) => set.map((one) => ({ sha256: one.sha256, views: viewsOf(one, VIEWS) }))),
  );

test("an image has its rows wherever it lay before, and a new one none", () => {
  const before = [record("b"), record("v", "validation"), record("a")];
  const now = [record("a"), record("new"), record("b"), record("v", "validation")];
  const rows = [4, 5, 6, undefined, undefined, undefined, 0, 1, 2, 3];
  assert.deepEqual(
    known(now, before),
    rows.map((row) => (row === undefined ? undefined : { set: 0, row })),
  );
});

test("an image that was held out has its plain view only, and one that is held out now needs no other", () => {
  assert.deepEqual(known([record("a")], [record("a", "test")]), [{ set: 0, row: 0 }, undefined, undefined]);
  assert.deepEqual(known([record("a", "test")], [record("z"), record("a")]), [{ set: 0, row: 3 }]);
});

test("of several sets the first with most of an image's views counts", () => {
  const [held, trained] = [[record("a", "test")], [record("z", "test"), record("a")]];
  const fromSecond = [1, 2, 3].map((row) => ({ set: 1, row }));
  assert.deepEqual(known([record("a")], held, trained), fromSecond);
  assert.deepEqual(known([record("a")], held, trained, trained), fromSecond);
});

test("copies of an image in one set share their rows", () => {
  const rows = known([record("a"), record("a")], [record("a", "test"), record("a")]);
  assert.deepEqual(
    rows,
    [...[1, 2, 3], ...[1, 2, 3]].map((row) => ({ set: 0, row })),
  );
});

test("200 random pairs of sets: a row that is found is of the same image and view, one that is not is nowhere", () => {
  for (let seed = 0; seed < 200; seed++) {
    const stream = randomStream(seed, "known rows");
    let drawn = 0;
    const next = (below: number): number => stream.word(drawn++) % below;
    const set = (): ImageRecord[] =>
      Array.from({ length: 1 + next(8) }, () =>
        record(`image ${next(10)}`, (["train", "validation", "test"] as const)[next(3)]),
      );
    const [now, earlier] = [set(), [set(), set()]];
    const contents = earlier.map((records) =>
      allViews({ records }, [...records.keys()], VIEWS).map(
        ({ image, view }) => `${records[image]?.sha256} ${view}`,
      ),
    );
    const rows = known(now, ...earlier);
    assert.equal(rows.length, viewRows(now, VIEWS).rows);
    allViews({ records: now }, [...now.keys()], VIEWS).forEach(({ image, view }, index) => {
      const wanted = `${now[image]?.sha256} ${view}`;
      const row = rows[index];
      if (row === undefined) assert.ok(!contents.some((all) => all.includes(wanted)), wanted);
      else assert.equal(contents[row.set]?.[row.row], wanted);
    });
  }
});
