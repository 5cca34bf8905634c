/**
 * What the options of a stage of unfreezing are worth: test accuracy on a part of the sign-language digits after one
 * stage with each of them, and of the mean of the weights before and after the stage (a "soup" of both).
 *   node dist/bench/tuning.js [SEEDS]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBase } from "../learn/bases/catalogue.js";
import { overlay, type Parameters } from "../learn/parameters.js";
import { readSafetensors, writeSafetensors } from "../learn/safetensors.js";
import { type Candidate, evaluate } from "../learn/stages/evaluate.js";
import { type TuneSettings, tuneStage } from "../learn/stages/tuneStage.js";
import { WEIGHTS_FILE } from "../spec/artifactFiles.js";
import { file, prepareDigits } from "./signDigits.js";

const PART = { train: 10, validation: 6, test: 10 };
const DEEPEST = "blocks.5";
const seeds = Number(process.argv[2] ?? 2);

const ARMS: Readonly<Record<string, Partial<TuneSettings>>> = {
  default: {},
  "one-cycle": { schedule: "one-cycle", warmup: 0.25 },
  constant: { schedule: "constant" },
  "ema 0.99": { ema: 0.99 },
  "l2_sp 0.1": { l2_sp: 0.1 },
};

/** The mean of two sets of weights; what one of them lacks is the base's. */
function mean(pretrained: Parameters, first: Parameters, second: Parameters): Parameters {
  const other = overlay(pretrained, first);
  return new Map(
    [...second].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value, i) => (value + (other.get(name)?.data[i] ?? Number.NaN)) / 2) },
    ]),
  );
}

for (let seed = 1; seed <= seeds; seed++) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const { context, head } = await prepareDigits(folder, PART, seed, [DEEPEST]);
    const { stages: _stages, surgical: _surgical, ...settings } = file.unfreeze;
    const candidates: Candidate[] = [{ stage: "head", weights: head }];
    for (const [stage, changes] of Object.entries(ARMS)) {
      const given = await context(stage);
      const { kept, verdict } = await tuneStage(
        given,
        { ...settings, ...changes, deepest: DEEPEST, stage: 1 },
        head,
      );
      console.log(`seed ${seed}, ${stage}: ${verdict}`);
      const weights = join(given.folders.out, WEIGHTS_FILE);
      candidates.push({ stage, weights, ...(kept ? { deepest: DEEPEST } : {}) });
      if (stage !== "default" || !kept) continue;
      const { folders, base } = await context("soup");
      const pretrained = await findBase(base.name).load(base.checkpoint);
      const soup = mean(pretrained, await readSafetensors(head), await readSafetensors(weights));
      await writeSafetensors(join(folders.out, WEIGHTS_FILE), soup);
      candidates.push({ stage: "soup", weights: join(folders.out, WEIGHTS_FILE), deepest: DEEPEST });
    }
    const { byStage } = await evaluate(await context("evaluate"), candidates);
    const figures = byStage.map(({ stage, accuracy }) => `${stage} ${(100 * accuracy).toFixed(1)}`);
    console.log(`seed ${seed}, test accuracy: ${figures.join(", ")}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
