/** Philox4x32-10 against the authors' known answers, and against another implementation. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { philox4x32, type Words4 } from "../../../rng/philox.js";

type Key = readonly [number, number];

/** Lines `philox4x32 10` of the file kat_vectors of the Random123 distribution: counter, key, result. */
const KNOWN_ANSWERS = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const;

/** Unsigned, as they are published. */
function blockOf(counter: readonly number[], [first, second]: Key): readonly number[] {
  const words = [...counter] as Words4;
  philox4x32(words, first, second);
  return words.map((word) => word >>> 0);
}

const words = (text: string): number[] => text.split(" ").map((word) => Number.parseInt(word, 16));

for (const [counter, key, expected] of KNOWN_ANSWERS) {
  test(`Philox gives the published answer for the counter ${counter}`, () => {
    assert.deepEqual(blockOf(words(counter), words(key) as unknown as Key), words(expected));
  });
}

test("Philox agrees with randomgen on random counters and keys", () => {
  const { philox } = JSON.parse(
    readFileSync(resolve("test/fixtures/learn/evaluation/metrics.json"), "utf8"),
  ) as {
    philox: { counter: Words4; key: Key; words: number[] }[];
  };
  assert.equal(philox.length, 8);
  for (const { counter, key, words: expected } of philox) {
    assert.deepEqual(blockOf(counter, key), expected);
  }
});
