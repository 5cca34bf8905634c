/**
 * What options of `unfreeze` are worth: the same stages after the same head with each of them, behind the gate and without
 * it, and the differences to the defaults run by run.
 *   node dist/bench/gate/unfreezeOptions.js FILE…   (lines of `stageOutcomes.js` with settings, `{}` among them)
 */

import { mean } from "../support.js";
import { bothStages, type Worth, worthCell, worthOf } from "./behindGate.js";
import { columnsOf, DEFAULTS, optionOf, readOutcomes, type StageOutcomes, tableHead } from "./outcomes.js";

/** What is read of a run. */
const READINGS: readonly (readonly [string, (run: StageOutcomes) => Omit<Worth, "kept">])[] = [
  ["first stage, without a gate", (run) => worthOf(run.nodes.first)],
  ["both stages, without a gate", (run) => bothStages(run, (stage) => run.nodes[stage], false)],
  ["both stages, gated", (run) => bothStages(run, (stage) => run.nodes[stage], true)],
];

const all = await readOutcomes(process.argv.slice(2));
const { names, columns } = columnsOf(all);
const options = [...new Set(all.map(optionOf))];

for (const [reading, read] of READINGS) {
  console.log(`\n${reading}: accuracy in per cent / calibrated loss in nats, held out`);
  console.log("(points of accuracy to the defaults: mean, lowest to highest; runs whose loss is lower)");
  console.log(tableHead(["unfreeze", ...names]));
  const worths = new Map(all.map((run) => [run, read(run)]));
  const worth = (run: StageOutcomes) => worths.get(run) as Omit<Worth, "kept">;
  for (const option of options) {
    const cells = columns.map((runs) => {
      // The lines of an option come in one order of runs.
      const of = (wanted: string) => runs.filter((run) => optionOf(run) === wanted).map(worth);
      const [own, defaults] = [of(option), of(DEFAULTS)];
      if (own.length === 0) return "";
      if (option === DEFAULTS || own.length !== defaults.length) return worthCell(own);
      const points = own.map(({ accuracy }, i) => accuracy - (defaults[i]?.accuracy ?? Number.NaN));
      const lower = own.filter(({ loss }, i) => loss < (defaults[i]?.loss ?? Number.NaN)).length;
      const [low, high] = [Math.min(...points), Math.max(...points)].map((value) => value.toFixed(1));
      return `${worthCell(own)} (${mean(points).toFixed(1)}, ${low} to ${high}; ${lower}/${own.length})`;
    });
    console.log(`| ${option} | ${cells.join(" | ")} |`);
  }
}
