/** Shortcuts: the statistics against scikit-learn, and what is and is not warned of. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { binColumn } from "../../../../data/faults/bins.js";
import { classRecognition } from "../../../../data/faults/histogramClassifier.js";
import { findShortcuts } from "../../../../data/faults/shortcuts.js";
import { borderColour } from "../../../../data/faults/traits.js";
import { permutation, randomStream } from "../../../../rng/stream.js";
import { classNames, drawnTraits, type GroupedImage } from "../../../support/images/drawnTraits.js";

interface Case {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly folds: readonly number[];
  readonly columns: readonly { readonly count: number; readonly bins: readonly number[] }[];
  readonly recognition: readonly number[];
  readonly pValue?: number;
}

/** By `test/fixtures/generators/data/shortcuts.py`. */
const CASES = JSON.parse(readFileSync("test/fixtures/data/shortcuts.json", "utf8")) as readonly Case[];

function recognition({ classes, labels, folds, columns }: Case, order?: Uint32Array): Float64Array {
  return classRecognition(
    columns.map(({ count, bins }) => ({ count, bins: Uint16Array.from(bins) })),
    order ?? Uint32Array.from(labels.keys()),
    Uint16Array.from(labels),
    classes,
    Uint8Array.from(folds),
    5,
  );
}

describe("classRecognition", () => {
  for (const [index, one] of CASES.entries()) {
    it(`recognizes classes as scikit-learn does, case ${index}`, () => {
      recognition(one).forEach((score, label) => {
        assert.ok(Math.abs(score - (one.recognition[label] as number)) < 1e-12);
      });
    });
  }

  it("is beaten by shuffled columns as often as NumPy finds", () => {
    const one = CASES.find(({ pValue }) => pValue !== undefined) as Case;
    const expected = one.pValue as number;
    assert.ok(expected > 0.02 && expected < 0.98, "the case decides nothing");
    const score = Math.max(...recognition(one));
    let asGood = 0;
    for (let shuffle = 0; shuffle < 1000; shuffle++) {
      const order = permutation(one.labels.length, randomStream(1, "test", shuffle));
      if (Math.max(...recognition(one, order)) >= score) asGood++;
    }
    // Both are estimates, from 1000 and from 2000 shuffles; four standard deviations of their difference.
    const deviation = Math.sqrt(expected * (1 - expected) * (1 / 1000 + 1 / 2000));
    assert.ok(Math.abs(asGood / 1000 - expected) < 4 * deviation, `${asGood / 1000} instead of ${expected}`);
  });
});

describe("binColumn", () => {
  it("gives names and few numbers a bin each, and rare ones one together", () => {
    const column = binColumn([...Array(30).fill("jpeg"), ...Array(12).fill("png"), "gif", "webp"]);
    assert.equal(column.count, 3);
    assert.deepEqual([...new Set(column.bins)], [0, 1, 2]);
    assert.deepEqual(binColumn(Array(50).fill(100)).count, 1);
  });

  it("fills bins of numbers about equally, and keeps equal numbers together", () => {
    const { bins, count } = binColumn(Array.from({ length: 200 }, (_, i) => (i * 37) % 200));
    const sizes = Array.from({ length: count }, (_, bin) => bins.filter((own) => own === bin).length);
    assert.deepEqual(sizes, Array(10).fill(20));
    const half = binColumn(Array.from({ length: 200 }, (_, i) => (i < 100 ? 7 : i)));
    assert.equal(new Set(half.bins.subarray(0, 100)).size, 1);
  });
});

describe("borderColour", () => {
  it("is the mean of the outermost pixels, each once", () => {
    const data = new Uint8Array(4 * 3 * 3).fill(100);
    data.set([0, 0, 0], 3 * (1 * 4 + 1));
    data.set([255, 255, 255], 3 * (1 * 4 + 2));
    data.set([110, 100, 90], 0);
    assert.deepEqual(borderColour({ data, width: 4, height: 3 }), [101, 100, 99]);
  });
});

describe("findShortcuts", () => {
  const CLASSES = ["ant", "bee", "cow"];
  /** Images whose traits have nothing to do with their class. */
  function images(seed: number, each = 60): GroupedImage[] {
    return Array.from({ length: CLASSES.length * each }, (_, index) => {
      const stream = randomStream(seed, "images", index);
      const number = (at: number, range: number): number => Math.floor(range * stream.uniform(at));
      const label = index % CLASSES.length;
      return {
        path: `${CLASSES[label]}/${index}.jpg`,
        label,
        group: String(index),
        format: "jpeg",
        width: 200 + number(0, 3) * 40,
        height: 200 + number(1, 100),
        length: 50_000 + number(2, 20_000),
        bytes: 8_000 + number(3, 4_000),
        border: [number(4, 256), number(5, 256), number(6, 256)],
      };
    });
  }
  const found = (all: readonly GroupedImage[]): unknown[] =>
    findShortcuts(all, ({ group }) => group, CLASSES, 1).map(({ property, label }) => [property, label]);

  it("warns of no more sets without any than it allows itself: 6 in 1000", () => {
    const alarms = Array.from({ length: 100 }, (_, seed) => found(images(seed))).filter(
      ({ length }) => length > 0,
    );
    // Seed 17 is one. Three or more of 100 would be a chance of 2 %.
    assert.ok(alarms.length <= 2, JSON.stringify(alarms));
  });

  for (const [name, sizes] of Object.entries({
    "two classes of ten": [10, 10],
    "two classes of fifty": [50, 50],
    "five classes of twelve": [12, 12, 12, 12, 12],
    "ten against 190": [10, 190],
  })) {
    it(`warns as rarely of small sets without any: ${name}`, () => {
      const alarms = Array.from({ length: 100 }, (_, seed) =>
        findShortcuts(
          drawnTraits(seed, sizes, "common"),
          ({ group }) => group,
          classNames(sizes.length),
          seed,
        ),
      ).filter(({ length }) => length > 0);
      assert.ok(alarms.length <= 2, JSON.stringify(alarms));
    });
  }

  const POISONS: Readonly<Record<string, [unknown[], (image: GroupedImage) => Partial<GroupedImage>]>> = {
    "a class saved in another format": [
      ["file format", 1],
      ({ label }) => (label === 1 ? { format: "png" } : {}),
    ],
    "a class saved with another quality": [
      ["file size", 2],
      ({ label, bytes }) => (label === 2 ? { bytes: bytes - 3_500 } : {}),
    ],
    "a class of another camera": [
      ["image size", 0],
      ({ label, width, height }) => (label === 0 ? { width: width * 2, height: height * 2 } : {}),
    ],
    "a class with black frames": [
      ["border colour", 0],
      ({ label, border }) => (label === 0 ? { border: [3, 2, border[2] % 5] } : {}),
    ],
    "a class from another hospital": [
      ["folder", 2],
      ({ label, path }) => ({ path: `${CLASSES[label]}/${label === 2 ? "b" : "a"}/${path.slice(4)}` }),
    ],
  };
  for (const [name, [expected, poison]] of Object.entries(POISONS)) {
    it(`finds ${name}`, () => {
      const poisoned = images(1).map((image) => ({ ...image, ...poison(image) }));
      assert.deepEqual(found(poisoned), [expected]);
    });
  }

  it("counts the copies of a picture, or the slices of a patient, once", () => {
    const patients = images(1).map((image) => {
      const patient = Math.floor(Number(image.group) / 60) * 3 + image.label;
      return { ...image, group: `patient ${patient}`, width: 300 + patient };
    });
    assert.deepEqual(found(patients), []);
  });

  it("does not take the size of a plain picture's file for a shortcut", () => {
    const plain = images(1).map((image) =>
      image.label === 1 ? { ...image, bytes: image.bytes - 3_000, length: image.length - 15_000 } : image,
    );
    assert.deepEqual(found(plain), []);
  });

  it("says nothing about classes that are too small to be judged", () => {
    assert.deepEqual(
      found(images(1, 9).map((image) => (image.label === 1 ? { ...image, format: "png" } : image))),
      [],
    );
  });
});
