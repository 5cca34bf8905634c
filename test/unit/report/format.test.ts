import assert from "node:assert/strict";
import { test } from "node:test";
import {
  counted,
  decimal,
  duration,
  moment,
  percent,
  pointsBetween,
  pointsInWords,
  rate,
  signedPoints,
} from "../../../report/format.js";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");

const CASES: readonly (readonly [string, string])[] = [
  [percent(0.97804), "97.8 %"],
  [percent(1), "100.0 %"],
  [percent(0), "0.0 %"],
  [percent(Number.NaN), "–"],
  [decimal(0.0714), "0.071"],
  [decimal(Number.POSITIVE_INFINITY), "–"],
  [signedPoints(4.2), "+4.2"],
  [signedPoints(-0.5), "−0.5"],
  [signedPoints(0), "±0.0"],
  [pointsInWords(1), "1.0 percentage point"],
  [pointsInWords(-36.1), "36.1 percentage points"],
  [counted(1, "image"), "1 image"],
  [counted(1443, "image"), "1,443 images"],
  [counted(2, "class", "classes"), "2 classes"],
  [duration(0.08), "0.1 s"],
  [duration(9.96), "10 s"],
  [duration(59.7), "1 min"],
  [duration(204), "3 min 24 s"],
  [duration(7500), "2 h 5 min"],
  [duration(Number.NaN), "–"],
  [rate(0.003), "0.003"],
  [rate(0.0005), "5×10⁻⁴"],
  [rate(0.000125), "1.3×10⁻⁴"],
  [rate(0.0000625), "6.3×10⁻⁵"],
  [rate(0), "–"],
  [moment("2026-10-05T14:03:12.000Z"), "5 October 2026, 14:03 UTC"],
  [moment("<no time>"), "<no time>"],
];

for (const [actual, expected] of CASES) {
  test(`writes ${expected}`, () => {
    assert.equal(plain(actual), expected);
  });
}

test("the difference is that of the printed figures", () => {
  // 93.65 % prints as 93.7 % and 97.84 % as 97.8 %: a reader subtracts to 4.1, not to 4.19.
  assert.equal(pointsBetween(0.9365, 0.9784), 4.1);
  assert.equal(pointsBetween(0.978, 0.617), -36.1);
});
