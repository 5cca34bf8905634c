/** Bases that a run has compared, the best first: accuracy and cost. */
import type { BaseCandidate, BaseComparison } from "../../../spec/records/baseComparison.js";
import { speedText } from "../../../spec/records/features.js";
import type { Screen } from "../../output.js";
import { percent, size } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

const HEADER = ["BASE", "PROBE", "95 %", "MULT-ADDS", "IMAGES/S", "WEIGHTS", "MEMORY"];
const NUMBERS = [1, 2, 3, 4, 5, 6];

/** Why the first one was chosen, the table, and what its figures of cost are. */
export function comparedBasesText({ candidates, reason }: BaseComparison, screen: Screen): string {
  const rows = candidates.map(({ name, probe: { accuracy, interval }, cost }) => [
    name,
    percent(accuracy),
    interval.map((share) => (100 * share).toFixed(1)).join(" – "),
    cost?.multiplyAdds === undefined ? "–" : multiplyAddsText(cost.multiplyAdds),
    cost?.speed === undefined ? "–" : speedText(cost.speed),
    cost?.weightBytes === undefined ? "–" : size(cost.weightBytes),
    cost?.passBytes === undefined ? "–" : size(cost.passBytes),
  ]);
  const lines = [wrapWords(`${reason}.`, screen.width), "", table(HEADER, rows, screen, NUMBERS)];
  const where = measuredOn(candidates);
  if (where !== undefined) lines.push(wrapWords(where, screen.width));
  return lines.join("\n");
}

/** Figures of different machines are not to be compared. */
function measuredOn(candidates: readonly BaseCandidate[]): string | undefined {
  const timed = candidates.flatMap(({ name, cost }) =>
    cost?.speed === undefined ? [] : [{ name, machine: cost.speed.machine }],
  );
  const [first] = timed;
  if (first === undefined) return undefined;
  if (timed.every(({ machine }) => machine === first.machine))
    return `Images/s of the frozen base on ${first.machine}; memory for 32 images, at least.`;
  const each = timed.map(({ name, machine }) => `${name} on ${machine}`).join("; ");
  return `Images/s were measured on different machines (${each}); memory for 32 images, at least.`;
}

/** `384 M`, `1.8 G`. */
function multiplyAddsText(count: number): string {
  return count < 999.5e6 ? `${(count / 1e6).toFixed(0)} M` : `${(count / 1e9).toFixed(1)} G`;
}
