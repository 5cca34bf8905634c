/** Licences that keep people from something, and scales of pixels by their names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type LicenceConcern, licenceConcern, licenceSentence } from "../../../spec/licence.js";
import { PIXEL_SCALE_NAMES, PIXEL_SCALES, pixelScaleName } from "../../../spec/pixelScales.js";

const READ: readonly (readonly [licence: string, concern: LicenceConcern | undefined])[] = [
  ["Apache-2.0", undefined],
  ["MIT", undefined],
  ["BSD-3-Clause", undefined],
  ["CC-BY-4.0", undefined],
  ["CC0-1.0", undefined],
  ["LGPL-2.1", undefined],
  ["CC-BY-NC-4.0", "non-commercial"],
  ["cc by nc sa 4.0", "non-commercial"],
  ["Attribution-NonCommercial", "non-commercial"],
  ["non-commercial use", "non-commercial"],
  ["for research only", "non-commercial"],
  ["Research Use Only", "non-commercial"],
  ["Research purposes only", "non-commercial"],
  ["DINOv3 licence (gated)", "gated"],
  ["on request", "gated"],
  ["not stated", "unknown"],
  ["unknown", "unknown"],
  ["", "unknown"],
  ["see the publisher (code: Apache-2.0)", "unknown"],
];

for (const [licence, concern] of READ) {
  test(`"${licence}" is ${concern ?? "free of concerns"}`, () => {
    assert.equal(licenceConcern(licence), concern);
    const sentence = licenceSentence("own@1", licence);
    assert.equal(sentence === undefined, concern === undefined);
    if (sentence !== undefined) assert.ok(sentence.startsWith(`Licence of the base own@1 – ${licence}: `));
  });
}

test("a scale is known by its name however it is written, and another one has none", () => {
  for (const name of PIXEL_SCALE_NAMES) assert.equal(pixelScaleName(PIXEL_SCALES[name]), name);
  assert.equal(pixelScaleName({ mean: [0, 0, 0], deviation: [255, 255, 255] }), "0..1");
  assert.equal(pixelScaleName({ mean: 127, deviation: 128 }), undefined);
});

test("named scales send black and white where their names say", () => {
  for (const [name, black, white] of [
    ["0..1", 0, 1],
    ["-1..1", -1, 1],
    ["0..255", 0, 255],
    ["-1024..1024", -1024, 1024],
  ] as const) {
    const { mean, deviation } = PIXEL_SCALES[name];
    assert.deepEqual([(0 - mean) / deviation, (255 - mean) / deviation], [black, white], name);
  }
});
