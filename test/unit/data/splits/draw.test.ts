/** The split: groups stay whole, classes get their shares, small classes are served, the seed decides. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { type SplitGroup, splitGroups } from "../../../../data/splits/draw.js";
import { explicitSplits } from "../../../../data/splits/explicit.js";
import { permutation, randomStream } from "../../../../rng/stream.js";
import { SPLITS, type Split } from "../../../../spec/records/dataset.js";

const SHARES = { test: 0.2, validation: 0.1 };

/** Groups of one class each; `sizes[label]` lists the sizes of the class' groups. */
function groupsOf(sizes: readonly (readonly number[])[]): SplitGroup[] {
  return sizes.flatMap((own, label) =>
    own.map((size, index) => ({ id: `${label}/${index}`, labels: new Array<number>(size).fill(label) })),
  );
}

const images = (
  groups: readonly SplitGroup[],
  splits: Map<string, Split>,
  label: number,
  split: Split,
): number =>
  groups
    .filter(({ id }) => splits.get(id) === split)
    .reduce((sum, { labels }) => sum + labels.filter((own) => own === label).length, 0);

describe("splitGroups", () => {
  it("gives every class its shares, to the image, when groups are single images", () => {
    const sizes = [205, 97, 1000, 20].map((count) => new Array<number>(count).fill(1));
    const groups = groupsOf(sizes);
    const splits = splitGroups(groups, 4, SHARES, 1);
    sizes.forEach(({ length }, label) => {
      assert.ok(Math.abs(images(groups, splits, label, "test") - 0.2 * length) <= 1);
      assert.ok(Math.abs(images(groups, splits, label, "validation") - 0.1 * length) <= 1);
    });
  });

  it("serves every class with three groups in all splits, whatever the sizes (500 random cases)", () => {
    for (let seed = 0; seed < 500; seed++) {
      const stream = randomStream(seed, "case");
      const classes = 2 + (stream.word(0) % 5);
      const sizes = Array.from({ length: classes }, (_, label) =>
        Array.from(
          { length: 3 + (stream.word(1 + label) % 12) },
          (_, index) => 1 + (stream.word(100 * (label + 1) + index) % 9),
        ),
      );
      const groups = groupsOf(sizes);
      const shares = { test: 0.05 + 0.4 * stream.uniform(50), validation: 0.05 + 0.4 * stream.uniform(51) };
      const splits = splitGroups(groups, classes, shares, seed);
      assert.equal(splits.size, groups.length, "every group is somewhere");
      sizes.forEach((own, label) => {
        const total = own.reduce((sum, size) => sum + size, 0);
        const largest = Math.max(...own);
        for (const split of SPLITS) {
          const share = { ...shares, train: 1 - shares.test - shares.validation }[split];
          const got = images(groups, splits, label, split);
          assert.ok(got > 0, `seed ${seed}: class ${label} has nothing for ${split}`);
          assert.ok(
            Math.abs(got - share * total) <= 2 * largest,
            `seed ${seed}: ${got} of ${total} for ${split} (${share})`,
          );
        }
      });
    }
  });

  for (const [groups, expected] of [
    [1, ["train"]],
    [2, ["train", "test"]],
    [3, ["train", "test", "validation"]],
  ] as const) {
    it(`lets a class of ${groups} serve ${expected.join(", then ")}`, () => {
      for (let seed = 0; seed < 40; seed++) {
        for (const shares of [SHARES, { test: 0.1, validation: 0.4 }, { test: 0.5, validation: 0.4 }]) {
          const own = groupsOf([new Array<number>(groups).fill(2), new Array<number>(30).fill(1)]);
          const splits = splitGroups(own, 2, shares, seed);
          const got = SPLITS.filter((split) => images(own, splits, 0, split) > 0);
          assert.deepEqual(new Set(got), new Set(expected));
        }
      }
    });
  }

  it("gives every split large groups and small ones alike", () => {
    const of = { train: [0, 0], validation: [0, 0], test: [0, 0] };
    for (let seed = 0; seed < 40; seed++) {
      const stream = randomStream(seed, "sizes");
      const sizes = [0, 1, 2].map((label) =>
        Array.from(
          { length: 50 },
          (_, index) => 1 + Math.floor(12 * stream.uniform(50 * label + index) ** 2),
        ),
      );
      const groups = groupsOf(sizes);
      const splits = splitGroups(groups, 3, SHARES, seed);
      for (const { id, labels } of groups) {
        const sums = of[splits.get(id) as Split] as [number, number];
        sums[0] += labels.length;
        sums[1] += labels.length ** 2;
      }
    }
    // The size of the group that an image is in, on the average: 7.2 of 12. Dealt out by need alone it was 8.5, 3.1 and 4.8.
    const [train, ...held] = SPLITS.map((split) => (of[split][1] ?? 0) / (of[split][0] ?? 1));
    for (const size of held) assert.ok(Math.abs(size - (train ?? 0)) < 0.3, `${train} ${held.join(" ")}`);
  });

  it("deals single images out as ever, so that sets without groups keep their splits", () => {
    const groups = groupsOf([205, 97, 20].map((count) => new Array<number>(count).fill(1)));
    const drawn = [1, 2, 3].map((seed) => {
      const splits = splitGroups(groups, 3, SHARES, seed);
      const text = groups.map(({ id }) => `${id} ${splits.get(id)}`).join("\n");
      return createHash("sha256").update(text).digest("hex").slice(0, 16);
    });
    // Of version 4 of ingest.
    assert.deepEqual(drawn, ["d7e86e763a42c193", "d088520c82ef9c30", "35202f3dd6c1815e"]);
  });

  it("leaves a split empty whose share is 0", () => {
    const groups = groupsOf([new Array<number>(20).fill(1), new Array<number>(3).fill(1)]);
    const splits = splitGroups(groups, 2, { test: 0.2, validation: 0 }, 5);
    assert.deepEqual(new Set(splits.values()), new Set(["train", "test"]));
    assert.ok(images(groups, splits, 1, "test") > 0);
  });

  it("puts a huge group into training", () => {
    const groups = groupsOf([
      [90, 3, 3, 3, 1],
      [10, 10, 10, 10, 10],
    ]);
    const splits = splitGroups(groups, 2, SHARES, 1);
    assert.equal(splits.get("0/0"), "train");
    for (const split of SPLITS) assert.ok(images(groups, splits, 0, split) > 0);
  });

  it("serves classes as far as groups of several classes allow", () => {
    let served = 0;
    for (let seed = 0; seed < 200; seed++) {
      const stream = randomStream(seed, "mixed");
      const groups = Array.from({ length: 30 }, (_, index) => ({
        id: `patient ${index}`,
        labels: Array.from(
          { length: 1 + (stream.word(100 + index) % 4) },
          (_, i) => stream.word(1000 + 10 * index + i) % 3,
        ),
      }));
      const splits = splitGroups(groups, 3, SHARES, seed);
      const all = [0, 1, 2].every((label) =>
        SPLITS.every((split) => images(groups, splits, label, split) > 0),
      );
      if (all) served++;
      const total = groups.reduce((sum, { labels }) => sum + labels.length, 0);
      const test = [0, 1, 2].reduce((sum, label) => sum + images(groups, splits, label, "test"), 0);
      assert.ok(Math.abs(test / total - 0.2) < 0.08, `seed ${seed}: ${test} of ${total}`);
    }
    assert.equal(served, 200);
  });

  it("depends on the seed and not on the order of the groups", () => {
    const groups = groupsOf([new Array<number>(50).fill(1), new Array<number>(40).fill(2)]);
    const splits = splitGroups(groups, 2, SHARES, 7);
    const order = permutation(groups.length, randomStream(9, "order"));
    const shuffled = Array.from(order, (index) => groups[index] as SplitGroup);
    const again = splitGroups(shuffled, 2, SHARES, 7);
    assert.deepEqual(new Map([...again].sort()), new Map([...splits].sort()));
    const moved = groups.filter(
      ({ id }) => splitGroups(groups, 2, SHARES, 8).get(id) !== splits.get(id),
    ).length;
    assert.ok(moved > 10, `another seed moves ${moved} of ${groups.length} groups`);
  });

  it("takes every image into the test split about equally often", () => {
    const groups = groupsOf([new Array<number>(20).fill(1), new Array<number>(20).fill(1)]);
    const taken = new Map<string, number>();
    for (let seed = 0; seed < 400; seed++) {
      for (const [id, split] of splitGroups(groups, 2, SHARES, seed)) {
        if (split === "test") taken.set(id, (taken.get(id) ?? 0) + 1);
      }
    }
    // 400 draws at 0.2: 80 ± 8; five standard deviations.
    for (const { id } of groups)
      assert.ok(Math.abs((taken.get(id) ?? 0) - 80) < 40, `${id}: ${taken.get(id)}`);
  });
});

describe("explicitSplits", () => {
  it("wins, or is absent", () => {
    const rows = [
      { path: "a", split: "test" },
      { path: "b", split: "train" },
      { path: "c", split: "test" },
    ] as const;
    assert.deepEqual(explicitSplits(rows), ["test", "train", "test"]);
    assert.equal(explicitSplits([{ path: "a" }, { path: "b" }]), undefined);
  });

  it("may not tear a group of the manifest apart, and says which", () => {
    const rows = [
      { path: "a", split: "test", group: "patient 1" },
      { path: "b", split: "train" },
      { path: "c", split: "train", group: "patient 1" },
    ] as const;
    assert.throws(() => explicitSplits(rows), {
      code: "DATA_INVALID",
      message:
        '"a" is in the test split and "c" in the train split, but the manifest puts both into the image group "patient 1"',
    });
  });
});
