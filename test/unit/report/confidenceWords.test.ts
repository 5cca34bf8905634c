/** Calibration and conformal sets in words. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  averageSentence,
  nearNinetySentence,
  setsSentence,
  temperatureSentence,
} from "../../../report/sections/evaluation/confidenceWords.js";
import type { Calibration, ReliabilityBin } from "../../../spec/records/evaluation.js";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");
const bin = (index: number, images: number, confidence: number, accuracy: number): ReliabilityBin => ({
  from: index / 15,
  to: (index + 1) / 15,
  images,
  confidence,
  accuracy,
});
const calibration = (ece: number, bins: readonly ReliabilityBin[] = []): Calibration => ({
  ece,
  bins,
  loss: 0.1,
  brier: 0.1,
});

describe("calibration in words", () => {
  it("says how sure and how right the model is on average", () => {
    const text = averageSentence(calibration(0, [bin(13, 25, 0.9, 0.88), bin(14, 75, 0.98, 1)]));
    assert.equal(
      plain(text),
      "On average over the test images the model is 96.0 % sure and right in 97.0 % of cases.",
    );
  });

  it("says what 90 % means where enough images are near it, else nothing", () => {
    assert.equal(
      plain(nearNinetySentence(calibration(0, [bin(13, 25, 0.9, 0.88), bin(14, 75, 0.98, 1)]))),
      "When it says 90.0 % it is right in 88.0 % of cases (25 images from 87 to 93 % sure).",
    );
    assert.equal(nearNinetySentence(calibration(0, [bin(13, 9, 0.9, 0.88)])), "");
  });

  it("says whether the network was timid or too sure, and whether the temperature helped", () => {
    const timid = temperatureSentence(0.756, calibration(0.0558), calibration(0.0194));
    assert.match(timid, /too timid.* by 0\.76 .* now differ by 1\.9 instead of 5\.6 percentage points\.$/);
    assert.doesNotMatch(timid, /cross-entropy/);
    const harmed = { ...calibration(0.0194), loss: 0.331 };
    assert.match(
      temperatureSentence(0.756, { ...calibration(0.0558), loss: 0.3 }, harmed),
      /now differ by 1\.9 instead of 5\.6 percentage points; their cross-entropy rose from 0\.300 to 0\.331, so the correction did not carry over to them\.$/,
    );
    const sure = temperatureSentence(1.52, calibration(0.223), calibration(0.224));
    assert.match(sure, /too sure of itself.* did not bring .* differ by 22\.4 .*before by 22\.3\.$/);
  });
});

describe("conformal sets in words", () => {
  const sets = {
    level: 0.9,
    calibrationImages: 208,
    leastImages: 9,
    quantile: 0.04,
    coverage: 0.895,
    meanSize: 0.9,
    empty: 0.105,
    several: 0,
  };

  it("says what was promised and what was kept", () => {
    const text = plain(setsSentence(sets, 410));
    assert.match(text, /the true class of 90 % of the images/);
    assert.match(text, /On 410 test images it was in the set for 89\.5 %; a set has 0\.90 classes/);
    assert.match(text, /10\.5 % have none/);
  });

  it("says when there are too few validation images to promise anything", () => {
    const { quantile: _, ...none } = { ...sets, calibrationImages: 5 };
    assert.equal(
      plain(setsSentence(none, 12)),
      "Sets that hold the true class of 90 % of the images need at least 9 validation images; there are 5. No set is given.",
    );
  });
});
