/** What the test images refute of what was made from the validation images, in sentences. */

import type { Evaluation } from "../../spec/records/evaluation.js";
import { pText } from "../../spec/text/pText.js";
import { percent } from "../format.js";

export function refutedSentences(evaluation: Evaluation): string[] {
  return [...temperatureSentences(evaluation), ...setSentences(evaluation)];
}

function temperatureSentences({ refuted, calibration }: Evaluation): string[] {
  if (refuted?.temperature === undefined || calibration === undefined) return [];
  const { fitted, pValue: p } = refuted.temperature;
  return [
    `The temperature ${fitted.toFixed(2)} that fits the validation images makes confidences worse on the test images: their calibration ` +
      `error goes from ${percent(calibration.before.ece)} to ${percent(calibration.after.ece)}, and their loss rises (paired sign-flip test, ${pText(p)}). ` +
      "The model does without it.",
  ];
}

function setSentences({ refuted, conformal }: Evaluation): string[] {
  if (refuted?.sets === undefined || conformal === undefined) return [];
  const { level, coverage } = conformal;
  return [
    `No sets of possible classes are given: made to hold the true class of ${percent(level)} of the images, they held that of ` +
      `${percent(coverage)} of the test images (${pText(refuted.sets.pValue)} if the promise held).`,
  ];
}
