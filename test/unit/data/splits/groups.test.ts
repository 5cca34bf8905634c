/** Near duplicates, groups and their ids. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearDuplicates, SAME_PICTURE } from "../../../../data/image/nearDuplicates.js";
import { FLAT, hammingDistance } from "../../../../data/image/phash.js";
import { disjointSets, type Groupable, groupImages } from "../../../../data/splits/groups.js";
import { permutation, type RandomStream, randomStream } from "../../../../rng/stream.js";

/**
 * Hashes in clusters: random ones, and copies of them with a few bits turned over.
 * @param kept bits that may differ at all: others are those of one picture
 */
function hashes(count: number, stream: RandomStream, kept = 2n ** 64n - 1n): string[] {
  const made: bigint[] = [];
  for (let index = 0; index < count; index++) {
    const old = made[stream.word(4 * index) % Math.max(1, index)];
    if (old === undefined || stream.uniform(4 * index + 1) < 0.5) {
      made.push((BigInt(stream.word(4 * index + 2)) << 32n) | BigInt(stream.word(4 * index + 3)));
    } else {
      const turned = 1 + (stream.word(4 * index + 2) % 4);
      let hash = old;
      for (let bit = 0; bit < turned; bit++)
        hash ^= 1n << BigInt((stream.word(4 * index + 3) >>> (6 * bit)) % 64);
      made.push(hash);
    }
  }
  return made.map((hash) => ((hash & kept) | (SCENE & ~kept)).toString(16).padStart(16, "0"));
}

const SCENE = 0x9a3cb47e12f05d68n;

/** For each position the smallest position it is connected with. */
function components(count: number, pairs: Iterable<readonly [number, number]>): number[] {
  const sets = disjointSets(count);
  for (const [a, b] of pairs) sets.join(a, b);
  return Array.from({ length: count }, (_, index) => sets.find(index));
}

const image = (path: string, sha256: string, phash: string, group?: string): Groupable => ({
  path,
  sha256,
  phash,
  ...(group === undefined ? {} : { group }),
});

describe("nearDuplicates", () => {
  it("connects what a comparison of all with all connects", () => {
    for (let round = 0; round < 20; round++) {
      const all = hashes(150, randomStream(round, "hashes"));
      const pairs: [number, number][] = [];
      all.forEach((a, i) => {
        for (let j = 0; j < i; j++)
          if (hammingDistance(a, all[j] as string) <= SAME_PICTURE) pairs.push([j, i]);
      });
      assert.ok(pairs.length > 10);
      assert.deepEqual(components(150, nearDuplicates(all)), components(150, pairs));
    }
  });

  it("finds the pairs of a comparison of all with all, where pictures of one scene share bands, too", () => {
    // All bits differ, all but a third of them, or few at one place or another.
    for (const kept of [2n ** 64n - 1n, 2n ** 43n - 1n, 0x3fn << 40n, 0x2ffn, 0xffn << 56n]) {
      const all = hashes(300, randomStream(7, `scene ${kept}`), kept);
      // Of equal ones only the first is compared with others.
      const distinct = [...new Set(all)];
      const wanted = distinct.flatMap((a, i) =>
        distinct.slice(0, i).flatMap((b, j) => (hammingDistance(a, b) <= SAME_PICTURE ? [`${j} ${i}`] : [])),
      );
      assert.ok(wanted.length > 10);
      for (const many of [0, 20, Number.POSITIVE_INFINITY]) {
        const found = nearDuplicates(distinct, many).map(([a, b]) => `${a} ${b}`);
        assert.deepEqual([...new Set(found)].sort(), wanted.toSorted(), `${kept} ${many}`);
      }
      const connected = components(300, nearDuplicates(all, 0));
      assert.deepEqual(connected, components(300, nearDuplicates(all)));
    }
  });

  it("does not connect flat pictures, but every other repeated hash", () => {
    assert.deepEqual(nearDuplicates([FLAT, FLAT, "0000000000000001", FLAT]), []);
    assert.deepEqual(nearDuplicates(["00ff00ff00ff00ff", FLAT, "00ff00ff00ff00ff"]), [[0, 2]]);
  });

  it("compares few pairs among 50,000", () => {
    const all = hashes(50_000, randomStream(1, "many"));
    assert.ok(nearDuplicates(all).length > 10_000);
  });
});

describe("hammingDistance", () => {
  it("counts differing bits", () => {
    assert.equal(hammingDistance("0000000000000000", "ffffffffffffffff"), 64);
    assert.equal(hammingDistance("8000000000000001", "0000000000000003"), 2);
    assert.equal(hammingDistance("0123456789abcdef", "0123456789abcdef"), 0);
  });
});

describe("groupImages", () => {
  it("joins equal bytes, equal looks and the user's groups, across each other", () => {
    const { ids, copies } = groupImages([
      image("a", "s1", "00000000ffff0000", "patient 1"),
      image("b", "s2", "00000000ffff0003"),
      image("c", "s3", "1234567812345678", "patient 1"),
      image("d", "s3", "8765432187654321"),
      image("e", "s4", "0f0f0f0f0f0f0f0f"),
      image("f", "s5", "3333cccc3333cccc", "patient 2"),
      image("g", "s6", "5a5a5a5a5a5a5a5a", "patient 2"),
    ]);
    assert.deepEqual(ids, ["a", "a", "a", "a", "e", "f", "f"]);
    assert.deepEqual(
      copies,
      [
        [0, 1],
        [2, 3],
      ],
      "a–b look the same, c–d are the same; patient 2 is no duplicate",
    );
  });

  it("calls groups the same whatever the order of the joins", () => {
    const images = Array.from({ length: 60 }, (_, index) =>
      image(
        String(index).padStart(2, "0"),
        `s${index % 17}`,
        (BigInt(index % 13) * 0x1234567n).toString(16).padStart(16, "0"),
      ),
    );
    const byPath = new Map(images.map(({ path }, index) => [path, groupImages(images).ids[index]]));
    assert.equal(new Set(byPath.values()).size, 1, "17 and 13 have no common factor: all hang together");
    const order = permutation(60, randomStream(3, "order"));
    const shuffled = Array.from(order, (index) => images[index] as Groupable);
    const { ids } = groupImages(shuffled);
    assert.ok(ids.every((id) => id === shuffled[0]?.path));
  });
});
