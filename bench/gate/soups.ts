/**
 * What mixing a stage's weights with those it started from is worth, before the gate decides: by the share of the way,
 * and chosen by the validation images. Stages are those of `stageOutcomes.js`; the second one after a mixture was trained
 * after the first one's own weights, which stand in for it.
 *   node dist/bench/gate/soups.js FILE…
 */

import { mean } from "../support.js";
import { bothStages, worthCell, worthOf } from "./behindGate.js";
import {
  columnsOf,
  judge,
  type Outcome,
  readOutcomes,
  SHARES,
  type Stage,
  type StageOutcomes,
  tableHead,
} from "./outcomes.js";

const LEVELS = [...SHARES, 1];

const at = ({ nodes }: StageOutcomes, stage: Stage, share: number): Outcome => {
  const found = share === 1 ? nodes[stage] : nodes[`${stage}@${share as (typeof SHARES)[number]}`];
  if (found === undefined) throw new Error("these outcomes have no mixtures: make them anew");
  return found;
};

const calibratedLoss = ({ validation }: Outcome): number => mean(judge(validation).calibrated);

/** Share of the way that a rule goes, from those it may choose. */
type Rule = (run: StageOutcomes, stage: Stage) => number;
const lowest =
  (levels: readonly number[]): Rule =>
  (run, stage) =>
    levels.reduce((best, share) =>
      calibratedLoss(at(run, stage, share)) < calibratedLoss(at(run, stage, best)) ? share : best,
    );

const RULES: readonly (readonly [string, Rule])[] = [
  ["all of the way (none mixed)", () => 1],
  ...SHARES.map((share) => [`always ${share}`, () => share] as const),
  ["0.5 or 1, by the validation loss", lowest([1, 0.5])],
  ["0.25, 0.5, 0.75 or 1, by the validation loss", lowest([1, 0.75, 0.5, 0.25])],
];

const all = await readOutcomes(process.argv.slice(2));
const { names, columns } = columnsOf(all);

console.log("the first stage by share of the way: accuracy in per cent / calibrated loss in nats, held out");
console.log(tableHead(["share", ...names]));
console.log(
  `| 0 | ${columns.map((runs) => worthCell(runs.map((run) => worthOf(run.nodes.head)))).join(" | ")} |`,
);
for (const share of LEVELS) {
  const cells = columns.map((runs) => worthCell(runs.map((run) => worthOf(at(run, "first", share)))));
  console.log(`| ${share} | ${cells.join(" | ")} |`);
}

for (const gated of [true, false]) {
  console.log(`\nboth stages, ${gated ? "gated (share kept)" : "without a gate"}`);
  console.log(tableHead(["rule", ...names]));
  for (const [name, rule] of RULES) {
    const cells = columns.map((runs) => {
      const worths = runs.map((run) => bothStages(run, (stage) => at(run, stage, rule(run, stage)), gated));
      const kept = (100 * mean(worths.map((one) => one.kept))).toFixed(0);
      return `${worthCell(worths)}${gated ? ` (${kept} %)` : ""}`;
    });
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
