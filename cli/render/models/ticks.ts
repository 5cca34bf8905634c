/** The looks at a model's images as a table. */
import type { DriftInBrief } from "../../../spec/records/drift.js";
import { depthWords } from "../../../spec/retraining/depth.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import type { Screen } from "../../output.js";
import { shortTime } from "../numbers.js";
import { proseTable } from "../table.js";

export function ticksTable(ticks: readonly Tick[], screen: Screen, now = new Date()): string {
  if (ticks.length === 0) return "";
  const rows = ticks.map(({ at, verdict, version, look, drift, depth, sentence }) => [
    ...[shortTime(new Date(at), now), verdict, version === undefined ? "" : String(version)],
    ...[look === undefined ? "" : String(look.images)],
    [
      sentence,
      ...(depth === undefined ? [] : [`trained ${depthWords(depth)} (${depth.rule})`]),
      ...(drift === undefined ? [] : [`new images: ${inBrief(drift)}`]),
    ].join("; "),
  ]);
  return proseTable(["LOOKED", "CAME TO", "VERSION", "IMAGES", ""], rows, screen, [2, 3]);
}

/** The verdict and the first cause; the estimates with their figures are in `--json` and in the report. */
function inBrief({ verdict, sentence, causes: [cause] = [] }: DriftInBrief): string {
  if (verdict === undefined) return sentence;
  const [words = ""] = sentence.split(":");
  return cause === undefined ? words : `${words}, ${cause}`;
}
