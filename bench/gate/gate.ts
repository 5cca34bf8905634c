/**
 * Whether the gate holds, and what the range test does: a stage of unfreezing on a part of the sign-language digits
 * with its learning rates multiplied by 100, without and with `find_rate`, and with `find_rate` at the default rates.
 *   node dist/bench/gate/gate.js [SEEDS [SEEDS WITH THE RANGE TEST]]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import type { StageSummary } from "../../spec/records/training.js";
import { file, type Prepared, prepareDigits } from "../accuracy/signDigits.js";

const PART = { train: 6, validation: 5, test: 1 };
const DEEPEST = "blocks.6";
const TOO_HIGH = 100;
const seeds = Number(process.argv[2] ?? 10);
const searched = Number(process.argv[3] ?? 3);

const ARMS = [
  { name: "rates × 100", times: TOO_HIGH, find: false },
  { name: "rates × 100, find_rate", times: TOO_HIGH, find: true },
  { name: "default rates, find_rate", times: 1, find: true },
] as const;
type Arm = (typeof ARMS)[number];

async function run({ context, head }: Prepared, { name, times, find }: Arm): Promise<StageSummary> {
  const { stages: _stages, surgical: _surgical, ...settings } = file.unfreeze;
  return tuneStage(
    await context(name),
    {
      ...settings,
      learning_rate: times * settings.learning_rate,
      head_learning_rate: times * settings.head_learning_rate,
      find_rate: find,
      deepest: DEEPEST,
      stage: 1,
    },
    head,
  );
}

const outcomes = new Map<Arm, boolean[]>(ARMS.map((arm) => [arm, []]));
for (let seed = 1; seed <= seeds; seed++) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const prepared = await prepareDigits(folder, PART, seed, [DEEPEST]);
    for (const arm of ARMS.filter(({ find }) => !find || seed <= searched)) {
      const summary = await run(prepared, arm);
      outcomes.get(arm)?.push(summary.kept);
      const { rateFinding: found } = summary;
      const lowered =
        found === undefined
          ? ""
          : `; rates × ${found.factor.toPrecision(2)} after ${found.points.length} batches, ${found.seconds.toFixed(1)} s`;
      console.log(`seed ${seed}, ${arm.name}: ${summary.verdict}${lowered}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
for (const [{ name }, kept] of outcomes) {
  const back = kept.filter((outcome) => !outcome).length;
  console.log(`${name}: rolled back ${back} of ${kept.length}`);
}
