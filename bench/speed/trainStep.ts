/**
 * How long a step of each kind of training takes, and how much memory: `node dist/bench/speed/trainStep.js [PART…]`.
 * Each part runs in a process of its own, on random pixels and random weights: neither changes the work.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBase } from "../../learn/bases/catalogue.js";
import type { RecordFormat } from "../../learn/samples/files.js";
import { fullNetworkTrainee, randomParameters } from "../../learn/training/step/fullNetwork.js";
import { suffixTrainee } from "../../learn/training/step/suffix.js";
import { median } from "../support.js";
import {
  BATCH,
  CLASSES,
  dataOf,
  randomBytes,
  SEED,
  sampleFile,
  timeFrozenPass,
  timeSteps,
  timeTuning,
  tuningOf,
  WARM_UP,
} from "./timedSteps.js";

const PARTS = ["frozen", "head", "blocks.6", "blocks.5", "blocks.3", "surgical", "scratch"] as const;
type Part = (typeof PARTS)[number];

const base = findBase("efficientnet-lite0");
const { input } = base;
const parameters = randomParameters(base.architecture, CLASSES, SEED);
const TUNING = tuningOf(base, parameters);
const imageLength = input.size * input.size * 3;

/** The first layers and the head, from the pixels, with gradients through all that lies between. */
async function timeSurgery(folder: string): Promise<number[]> {
  const format: RecordFormat = { shape: [input.size, input.size, 3], type: "uint8" };
  const trainee = suffixTrainee(
    { ...TUNING, from: 0, to: 2 },
    dataOf(await sampleFile(folder, format, randomBytes(BATCH * imageLength))),
  );
  return timeSteps(trainee);
}

async function timeScratch(folder: string): Promise<number[]> {
  const format: RecordFormat = { shape: [input.size, input.size, 3], type: "uint8" };
  const { rateOf: _rateOf, dropout: _dropout, ...common } = TUNING;
  const trainee = fullNetworkTrainee(
    { ...common, learningRate: 0.002, weightDecay: 0.01 },
    dataOf(await sampleFile(folder, format, randomBytes(BATCH * imageLength))),
  );
  return timeSteps(trainee);
}

async function measure(part: Part): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const times =
      part === "frozen"
        ? timeFrozenPass(base, parameters, ["blocks.5", "blocks.6"])
        : part === "scratch"
          ? await timeScratch(folder)
          : part === "surgical"
            ? await timeSurgery(folder)
            : await timeTuning(base, parameters, folder, part);
    const step = median(times.slice(WARM_UP));
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(
      `${part.padEnd(10)} ${step.toFixed(0).padStart(6)} ms a batch of ${BATCH} ` +
        `${(step / BATCH).toFixed(2).padStart(7)} ms an image   peak ${peak.toFixed(0).padStart(5)} MiB`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const asked = process.argv.slice(2);
const parts = PARTS.filter((part) => asked.length === 0 || asked.includes(part));
const [only] = parts;
if (parts.length === 1 && only !== undefined) {
  await measure(only);
} else {
  for (const part of parts) {
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), part], { stdio: "inherit" });
  }
}
