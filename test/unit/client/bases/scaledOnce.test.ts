/** A graph that scales its pixels itself is not given pixels that are scaled already. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { requireScaledOnce } from "../../../../client/bases/importOnnxGraph.js";
import { PIXEL_SCALES, type PixelScaleName } from "../../../../spec/pixelScales.js";

const refused = { code: "USAGE", message: /field\.onnx scales its pixels itself, .* scaled twice/ };
const judge = (factor: number | undefined, name: PixelScaleName): void =>
  requireScaledOnce("field.onnx", factor === undefined ? {} : { factor }, PIXEL_SCALES[name]);

/** What a graph multiplies its pixels by, the scales that fit, and those that would be a second one. */
const CASES: readonly [factor: number, fits: readonly PixelScaleName[], twice: readonly PixelScaleName[]][] =
  [
    // By 255 and a deviation, or by 255 alone.
    [1 / 255 / 0.224, ["0..255", "-1024..1024"], ["0..1", "imagenet", "-1..1"]],
    [1 / 255, ["0..255", "-1024..1024"], ["0..1", "imagenet", "-1..1"]],
    // By a deviation, or from 0…1 to ±1.
    [1 / 0.224, ["0..1"], ["imagenet", "-1..1", "0..255"]],
    [2, ["0..1"], ["imagenet", "-1..1", "0..255"]],
    // From ImageNet's to ±1, as torchvision's Inception-v3 does it: nothing tells.
    [0.458, ["imagenet", "0..1", "-1..1"], []],
  ];

for (const [factor, fits, twice] of CASES) {
  test(`pixels that a graph multiplies by ${factor.toPrecision(3)} are scaled once`, () => {
    for (const name of fits) judge(factor, name);
    for (const name of twice) assert.throws(() => judge(factor, name), refused, name);
  });
}

test("a graph that scales nothing may be given anything", () => {
  for (const name of Object.keys(PIXEL_SCALES)) judge(undefined, name as PixelScaleName);
});
