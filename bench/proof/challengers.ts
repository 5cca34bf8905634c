/**
 * How often challengers that are worse, equal or better on purpose are promoted, by either rule and by the number of looks
 * that the level is spent on.
 *   node dist/bench/proof/challengers.js FOLDER [TRAIN [VALIDATION [TEST [SEEDS]]]]   (images of each class)
 */
import { resolve } from "node:path";
import { baseCheckpoint } from "../../runtime/components/download/baseCheckpoint.js";
import { mean } from "../support.js";
import { featuresOf, KINDS, policyOfRule, type Trial, trial } from "./trials.js";

const [, , folder = ".", train = "30", validation = "10", test = "40", seeds = "20"] = process.argv;
const name = "efficientnet-lite0";
const known = await featuresOf(resolve(folder), { name, checkpoint: await baseCheckpoint(name) });
const sizes = { train: Number(train), validation: Number(validation), test: Number(test) };
console.log(
  `${known.classes.length} classes, of each ${train} to train on and ${test} held out; ${seeds} seeds`,
);
const trials: Trial[] = [];
for (let seed = 1; seed <= Number(seeds); seed++) trials.push(await trial(known, sizes, seed));
for (const kind of KINDS) {
  const judgements = trials.map((one) => one[kind](policyOfRule("better")));
  const figures = (of: "champion" | "challenger") =>
    (100 * mean(judgements.map((judgement) => judgement[of]))).toFixed(1);
  console.log(`${kind}: ${figures("champion")} → ${figures("challenger")} %`);
  for (const rule of ["better", "not-worse"] as const) {
    const promoted = [10, 5, 3, 1].map((looks) => {
      const policy = policyOfRule(rule, { looks });
      const count = trials.filter((one) => one[kind](policy).promotable).length;
      return `${count} with looks: ${looks}`;
    });
    console.log(`  ${rule}: promoted ${promoted.join(", ")}`);
  }
  const verdicts = trials.map((one) => one[kind](policyOfRule("not-worse")).verdict);
  const counted = [...new Set(verdicts)].map((of) => `${of} ${verdicts.filter((one) => one === of).length}`);
  const margins = judgements.map(({ margin }) => 100 * margin);
  console.log(`  verdicts: ${counted.join(", ")}; margin ${mean(margins).toFixed(1)} points`);
}
