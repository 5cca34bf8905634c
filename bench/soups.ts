/**
 * What mixing a stage's weights with those it started from is worth, before the gate decides: by the share of the way,
 * and chosen by the validation images. Stages are those of `stageOutcomes.js`; the second one after a mixture was trained
 * after the first one's own weights, which stand in for it.
 *   node dist/bench/soups.js FILE…
 */
import { gate } from "../learn/gate.js";
import type { ValidationResult } from "../learn/training/fit.js";
import { randomStream } from "../rng/stream.js";
import {
  judge,
  judgeHeldOut,
  type Logits,
  type Outcome,
  readOutcomes,
  SHARES,
  type Stage,
  type StageOutcomes,
} from "./outcomes.js";
import { mean } from "./support.js";

const LEVELS = [...SHARES, 1];

const at = ({ nodes }: StageOutcomes, stage: Stage, share: number): Outcome => {
  const found = share === 1 ? nodes[stage] : nodes[`${stage}@${share as (typeof SHARES)[number]}`];
  if (found === undefined) throw new Error("these outcomes have no mixtures: make them anew");
  return found;
};

function validated(images: Logits): ValidationResult {
  const { losses, calibrated, correct } = judge(images);
  return {
    loss: mean(losses),
    accuracy: mean(correct.map(Number)),
    correct,
    calibratedLosses: () => calibrated,
  };
}

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

interface Worth {
  readonly accuracy: number;
  readonly loss: number;
  readonly kept: number;
}

const worth = (outcome: Outcome): Worth => {
  const { correct, calibrated } = judgeHeldOut(outcome);
  return { accuracy: 100 * mean(correct.map(Number)), loss: mean(calibrated), kept: 0 };
};

/** Two stages, each behind the gate unless `gated` is false. */
function follow(run: StageOutcomes, rule: Rule, gated: boolean): Worth {
  let now: Outcome = run.nodes.head;
  let kept = 0;
  let next: Stage = "second";
  const through = (stage: Stage, number: number): boolean => {
    const after = at(run, stage, rule(run, stage));
    const before = validated(now.validation);
    const stream = randomStream(run.seed, "gate", number);
    if (gated && !gate(before, validated(after.validation), stream).kept) return false;
    now = after;
    kept += 1;
    return true;
  };
  if (through("first", 1)) next = "both";
  through(next, 2);
  return { ...worth(now), kept: kept / 2 };
}

const all = await readOutcomes(process.argv.slice(2));
const setOf = ({ set, nodes }: StageOutcomes): string => `${set} (${nodes.head.validation.labels.length})`;
const sets = [...new Set(all.map(setOf))];
const columns = [...sets.map((set) => all.filter((run) => setOf(run) === set)), all];

const cell = (worths: readonly Worth[]): string =>
  `${mean(worths.map(({ accuracy }) => accuracy)).toFixed(1)} / ${mean(worths.map(({ loss }) => loss)).toFixed(3)}`;

console.log("the first stage by share of the way: accuracy in per cent / calibrated loss in nats, held out");
console.log(`| share | ${sets.join(" | ")} | all |\n|---|${"---|".repeat(columns.length)}`);
console.log(`| 0 | ${columns.map((runs) => cell(runs.map((run) => worth(run.nodes.head)))).join(" | ")} |`);
for (const share of LEVELS) {
  const cells = columns.map((runs) => cell(runs.map((run) => worth(at(run, "first", share)))));
  console.log(`| ${share} | ${cells.join(" | ")} |`);
}

for (const gated of [true, false]) {
  console.log(`\nboth stages, ${gated ? "gated (share kept)" : "without a gate"}`);
  console.log(`| rule | ${sets.join(" | ")} | all |\n|---|${"---|".repeat(columns.length)}`);
  for (const [name, rule] of RULES) {
    const cells = columns.map((runs) => {
      const worths = runs.map((run) => follow(run, rule, gated));
      const kept = (100 * mean(worths.map((one) => one.kept))).toFixed(0);
      return `${cell(worths)}${gated ? ` (${kept} %)` : ""}`;
    });
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
