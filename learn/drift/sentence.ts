/** The verdict on drift in one sentence. */

import type { AccuracyEstimate, DriftFindings } from "../../spec/records/drift.js";
import { pText } from "../../spec/text/pText.js";
import { percent } from "../../spec/warnings/words.js";

export function sentenceOf(
  findings: Omit<DriftFindings, "sentence">,
  fresh: number,
  heldOut: number,
): string {
  const { verdict, test, properties, accuracy } = findings;
  const told =
    test === undefined
      ? ""
      : `a classifier tells them apart with an AUC of ${test.auc.toFixed(2)}, ${pText(test.pValue)}`;
  if (verdict === "same") {
    return `looks the same: of ${fresh} new and ${heldOut} held-out images nothing differs provably (${told})`;
  }
  const what = [whatDiffers(findings, told), ...properties.slice(0, 1).map(({ sentence }) => sentence)].join(
    "; ",
  );
  if (verdict === "may-hurt") return `may hurt: ${estimatesText(accuracy)}; ${what}`;
  const hurt =
    accuracy.estimates === undefined
      ? `whether it hurts cannot be said: ${accuracy.unknown ?? "there is no estimate"}`
      : `that it hurts is not shown: ${estimatesText(accuracy)}`;
  return `looks different: ${what}; ${hurt}`;
}

function whatDiffers(
  { kind, level, test, outputs = [] }: Omit<DriftFindings, "sentence">,
  told: string,
): string {
  const [share] = outputs
    .filter(({ sharePValue }) => sharePValue < level)
    .sort((a, b) => Math.abs(b.newShare - b.heldOutShare) - Math.abs(a.newShare - a.heldOutShare));
  const shares =
    share === undefined
      ? "the predicted classes come in other shares"
      : `${percent(share.newShare)} of the new images are predicted as ${share.name}, ` +
        `${percent(share.heldOutShare)} of the held-out ones`;
  if (kind === "labels") return `${shares}; the pictures of a class do not differ provably`;
  const pictures =
    test === undefined || test.pValue < level
      ? `the pictures differ (${told})`
      : `the model's probabilities differ (${told})`;
  return kind === "both" ? `${pictures}, and ${shares}` : pictures;
}

function estimatesText({ heldOut, estimates = [] }: DriftFindings["accuracy"]): string {
  const each = estimates.map(
    ({ method, accuracy, error }) =>
      `${percent(accuracy)} ± ${(100 * error).toFixed(1)} by ${METHODS[method]}`,
  );
  return `estimated accuracy ${each.join(" and ")}, ${percent(heldOut)} on the held-out images`;
}

const METHODS: Readonly<Record<AccuracyEstimate["method"], string>> = {
  confidence: "confidence",
  threshold: "threshold",
};
