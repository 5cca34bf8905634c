/** Faults that records alone show: copies, contradictions, unequal classes, wrong names. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findConflicts, listCopies } from "../../../../data/faults/copies.js";
import { findDarkSamples } from "../../../../data/faults/darkSamples.js";
import { measureImbalance } from "../../../../data/faults/imbalance.js";
import { settleLeaks } from "../../../../data/faults/leaks.js";
import { findMisnamed } from "../../../../data/faults/misnamed.js";
import { findOddFormats } from "../../../../data/faults/oddFormats.js";
import { isOneColour } from "../../../../data/faults/traits.js";
import { findTwins } from "../../../../data/faults/twins.js";
import type { FaultImage, Split } from "../../../../spec/records/dataset.js";

const image = (
  path: string,
  label: number,
  split: Split,
  sha256: string,
): FaultImage & { sha256: string } => {
  return { path, label, split, sha256 };
};

describe("copies", () => {
  it("are listed with the images first that contradict each other, and cut to what can be looked at", () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      image(`a${index}`, index === 19 ? 1 : 0, "train", "s"),
    );
    const { count, shown } = listCopies((index) => many[index], [[...many.keys()]]);
    assert.equal(count, 1);
    assert.equal(shown[0]?.sameBytes, true);
    assert.equal(shown[0]?.images.count, 20);
    assert.deepEqual(
      shown[0]?.images.shown.map(({ path }) => path),
      ["a0", "a19", "a1", "a2", "a3", "a4", "a5", "a6"],
    );
    const pairs = Array.from({ length: 30 }, () => [0, 1]);
    assert.deepEqual(
      [
        listCopies((index) => many[index], pairs).count,
        listCopies((index) => many[index], pairs).shown.length,
      ],
      [30, 24],
    );
  });

  it("contradict each other when the same bytes have two labels; pictures that only look alike may both be right", () => {
    const images = [
      { label: 0, sha256: "a" },
      { label: 0, sha256: "b" },
      { label: 1, sha256: "b" },
      { label: 1, sha256: "c" },
    ];
    const pairs = [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ];
    assert.deepEqual(findConflicts(images, pairs), { sameBytes: [[1, 2]], sameLook: [[0, 3]] });
    // A group of several looks, in which two files are the same and labelled differently.
    assert.deepEqual(findConflicts(images, [[0, 1, 2, 3]]).sameBytes.length, 1);
  });
});

describe("twins of test images", () => {
  it("are found by bytes and by look, whether a repair left the copies out or not", () => {
    const images = ["a", "a", "b", "c", "c", "d"].map((sha256) => ({ sha256 }));
    const splits = ["test", "train", "test", "test", "test", undefined] as const;
    const twins = findTwins(
      images,
      [
        [0, 1, 2],
        [3, 4],
      ],
      splits,
    );
    assert.deepEqual(
      [...twins],
      [
        [0, "bytes"],
        [2, "look"],
      ],
    );
  });
});

describe("leaks", () => {
  const images = (["train", "test", "validation", "train", "train"] as const).map((split, index) => {
    return { path: String(index), split };
  });

  it("are no question when the splits are drawn", () => {
    assert.deepEqual(settleLeaks([{ path: "a" }, { path: "b" }], [[0, 1]], "refuse"), { dropped: new Map() });
  });

  it("keep the test image, else the validation image, and leave copies within a split alone", () => {
    const { leaks, dropped } = settleLeaks(
      images,
      [
        [0, 1, 2],
        [3, 4],
      ],
      "repair",
    );
    assert.deepEqual(leaks, { policy: "repair", groups: [[0, 1, 2]] });
    assert.deepEqual([...dropped.keys()], [0, 2]);
    const second = settleLeaks(images, [[2, 3, 4]], "repair").dropped;
    assert.deepEqual(
      [...second.values()],
      ["3", "4"].map((path) => ({
        path,
        reason: "it is a copy of 2, which is in the validation split",
        why: "copy",
      })),
    );
  });

  it("are refused with the number of the others", () => {
    const copies = [
      [0, 1],
      [2, 3],
    ];
    assert.throws(() => settleLeaks(images, copies, "refuse"), {
      code: "DATA_INVALID",
      message: /"0" in the train split, "1" in the test split; 1 more is torn apart like this$/,
    });
    assert.deepEqual(settleLeaks(images, [[3, 4]], "refuse").leaks?.groups, []);
  });
});

describe("classes", () => {
  it("are compared by their sizes", () => {
    assert.deepEqual(measureImbalance([40, 4, 19, 5, 20]), {
      ratio: 10,
      smallest: 1,
      largest: 0,
      below5: [1],
      below20: [1, 2, 3],
    });
    assert.deepEqual(measureImbalance([7, 7]).ratio, 1);
  });
});

describe("file names", () => {
  it("promise a format, or nothing", () => {
    const rows = [
      ["a.jpg", "png"],
      ["a.JPEG", "jpeg"],
      ["b.Tif", "tiff"],
      ["c.png", "webp"],
      ["d", "png"],
      ["e.dat", "jpeg"],
    ] as const;
    assert.deepEqual(
      findMisnamed(rows.map(([path, format]) => ({ path, format }))).map(({ path }) => path),
      ["a.jpg", "c.png"],
    );
  });
});

describe("an odd format", () => {
  const set = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).flatMap(([format, count]) =>
      Array.from({ length: count }, (_, index) => ({ path: `${format}${index}`, format })),
    );

  it("is the one of its kind, or of very few among many", () => {
    assert.deepEqual(findOddFormats(set({ jpeg: 398, gif: 1 })), [{ path: "gif0", format: "gif" }]);
    assert.deepEqual(
      findOddFormats(set({ jpeg: 600, png: 3, gif: 1 })).map(({ path }) => path),
      ["png0", "png1", "png2", "gif0"],
    );
  });

  it("is none that several have, nor one in a handful", () => {
    assert.deepEqual(findOddFormats(set({ jpeg: 247, png: 6 })), []);
    assert.deepEqual(findOddFormats(set({ jpeg: 100, png: 3 })), []);
    assert.deepEqual(findOddFormats(set({ jpeg: 18, gif: 1 })), []);
  });
});

describe("a picture of one colour", () => {
  const filled = (level: (index: number) => number) => ({
    data: Uint8Array.from({ length: 300 }, (_, index) => level(index)),
    width: 10,
    height: 10,
  });

  it("has the same pixels everywhere, or nearly, as JPEG stores them", () => {
    assert.equal(isOneColour(filled((index) => [200, 10, 90][index % 3] as number)), true);
    assert.equal(isOneColour(filled((index) => 128 + ((index >> 2) % 3))), true);
    assert.equal(isOneColour(filled((index) => (index === 299 ? 132 : 128))), false);
  });
});

describe("findDarkSamples", () => {
  it("looks at more images than a function may have arguments", () => {
    const brightest16 = 2 ** 13 - 1;
    const many = new Array<{ brightest16: number }>(300_000).fill({ brightest16 });
    assert.deepEqual(findDarkSamples(many), { count: 300_000, bits: 13, brightest: brightest16 });
  });

  const of = (...brightest: readonly number[]) =>
    findDarkSamples(brightest.map((value) => (value < 0 ? {} : { brightest16: value })));

  it("counts pictures of 16 bits that all stay below the same power of two", () => {
    assert.deepEqual(of(16383, 9000, -1, 12000), { count: 3, bits: 14, brightest: 16383 });
    assert.deepEqual(of(8191, 5000), { count: 2, bits: 13, brightest: 8191 });
    assert.deepEqual(of(16384), { count: 1, bits: 15, brightest: 16384 });
  });

  it("takes dark pictures for dark where another one of the source is bright", () => {
    assert.equal(of(5000, 6000, 7000, 40000), undefined);
  });

  it("says nothing of sets without any, or with black ones only", () => {
    assert.equal(of(), undefined);
    assert.equal(of(-1, -1, 0), undefined);
  });
});
