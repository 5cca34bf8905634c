/** Images between what earlier versions were trained on and what they hold out: nothing held out is ever trained on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assignSplits } from "../../../../data/splits/assign.js";
import { type BaseImage, baseSplits } from "../../../../data/splits/baseImages.js";
import { settleTies } from "../../../../data/splits/ties.js";
import { randomStream } from "../../../../rng/stream.js";
import type { Split } from "../../../../spec/records/dataset.js";

type Image = Parameters<typeof assignSplits>[0][number];

/** Hashes far apart from each other, where no bits are flipped: two images look the same up to two flipped bits. */
function image(index: number, { flip = 0, group = "", as = index } = {}): Image {
  const bits = ((BigInt(index + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn) ^ BigInt(flip);
  return {
    path: `${as}.png`,
    label: index % 2,
    sha256: as.toString(16).padStart(64, "0"),
    phash: bits.toString(16).padStart(16, "0"),
    ...(group === "" ? {} : { group }),
  };
}
const met = (one: Image, split: Split): BaseImage => ({ ...one, split });
const pathsOf = (images: readonly Image[], earlier: readonly BaseImage[]): readonly string[] =>
  [...settleTies(images, earlier).values()].map(({ path }) => path).sort();

const trained = image(1);
const heldOut = image(1, { flip: 0b1111, as: 2 });

test("a new image that looks like a trained one and like a held-out one is left out, and says of which", () => {
  const between = image(1, { flip: 0b11, as: 3 });
  const images = [trained, heldOut, between, image(4)];
  const earlier = [met(trained, "train"), met(heldOut, "test")];
  assert.deepEqual(
    [...settleTies(images, earlier)],
    [
      [
        2,
        {
          path: "3.png",
          why: "ties",
          reason:
            "it ties 1.png, which earlier versions were trained on, to 2.png, which they hold out: by its look or its group",
        },
      ],
    ],
  );
  assert.deepEqual(pathsOf([between], earlier), ["3.png"], "also where these are gone from the images");
  assert.deepEqual(pathsOf(images, []), [], "without earlier versions nothing is tied");
});

test("copies of one side alone stay: bytes that are known, and new pictures of either", () => {
  const earlier = [met(trained, "validation"), met(image(5), "test")];
  const images = [
    ...[trained, image(5)],
    ...[{ ...trained, path: "again.png" }, image(1, { flip: 0b11, as: 6 }), image(5, { flip: 0b11, as: 7 })],
  ];
  assert.deepEqual(pathsOf(images, earlier), []);
});

test("a group that ties known images leaves the held-out ones out, and keeps new ones", () => {
  const [a, b, c] = [1, 5, 8].map((index) => image(index, { group: "rex" })) as [Image, Image, Image];
  const dropped = settleTies([a, b, c], [met(a, "train"), met(b, "test")]);
  assert.deepEqual([...dropped.keys()], [1]);
  assert.equal(
    dropped.get(1)?.reason,
    "earlier versions hold it out, and were trained on 1.png, of the same group",
  );
});

test("a new image of a held-out image's group that looks like a trained one is left out alone", () => {
  const held = image(5, { group: "rex" });
  const copy = image(1, { flip: 0b11, group: "rex", as: 9 });
  const other = image(11, { group: "rex" });
  assert.deepEqual(pathsOf([trained, held, copy, other], [met(trained, "train"), met(held, "test")]), [
    "9.png",
  ]);
  assert.deepEqual(
    pathsOf([copy, other], [met(trained, "train"), met(held, "test")]),
    [],
    "the group's own image is gone: it may be trained on",
  );
});

test("new images that tie two sides together, none by itself, are left out", () => {
  const left = image(5, { group: "rex" });
  const right = image(6, { group: "max" });
  const [one, two] = [image(12, { group: "rex", as: 12 }), image(12, { flip: 0b11, group: "max", as: 13 })];
  assert.deepEqual(pathsOf([left, right, one, two], [met(left, "train"), met(right, "test")]), [
    "12.png",
    "13.png",
  ]);
  assert.deepEqual(pathsOf([left, right, one], [met(left, "train"), met(right, "test")]), []);
});

test("of random images, copies and groups no held-out one is ever trained on, nor a copy of one", () => {
  for (let seed = 0; seed < 200; seed++) {
    const stream = randomStream(seed, "ties");
    let word = 0;
    const below = (count: number): number => Math.floor(stream.uniform(word++) * count);
    const all = Array.from({ length: 40 }, (_, as) => {
      const group = below(3) === 0 ? `g${below(8)}` : "";
      // Copies of twelve pictures, in chains: neighbours are two bits apart.
      return image(below(12), { flip: 2 ** (2 * below(4)) - 1, group, as });
    });
    const drawn = (images: readonly Image[], earlier: readonly BaseImage[]): BaseImage[] => {
      const dropped = settleTies(images, earlier);
      const used = images.filter((_, index) => !dropped.has(index));
      const { splits } = assignSplits(
        used,
        2,
        { test: 0.3, validation: 0.1 },
        seed,
        baseSplits(used, earlier),
      );
      return used.map((one, index) => met(one, splits[index] as Split));
    };
    // Groups are given anew for the second version.
    const first = drawn(
      all.slice(0, 25).map(({ group: _group, ...one }) => one),
      [],
    );
    const second = drawn(all, first);
    const third = drawn(all.toReversed(), [...first, ...second]);
    const sideOf = new Map([...first, ...second].map(({ sha256, split }) => [sha256, split === "test"]));
    for (const { sha256, split } of [...second, ...third])
      if (sideOf.has(sha256)) assert.equal(split === "test", sideOf.get(sha256), `seed ${seed}`);
    const held = first.filter(({ split }) => split === "test");
    for (const version of [second, third]) {
      const learned = version.filter(({ split }) => split !== "test");
      const sides = baseSplits(held, learned);
      assert.ok(
        sides.every((split) => split === undefined),
        `seed ${seed}: trained on a copy of a held-out image`,
      );
    }
  }
});
