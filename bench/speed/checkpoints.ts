/**
 * What a checkpoint costs the training that writes it: `node dist/bench/speed/checkpoints.js`. Vectors have the lengths that
 * EfficientNet-Lite0 and ten classes give them; the values are random, which changes neither size nor time.
 */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupIndex } from "../../learn/bases/architecture.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { type BestFile, writeCheckpoint } from "../../learn/training/checkpoint/files.js";
import { type FitState, initialState } from "../../learn/training/fitState.js";
import { randomParameters } from "../../learn/training/step/fullNetwork.js";
import { trainableNames } from "../../learn/training/step/suffix.js";
import { gatherTrainable, layoutOf, type TrainableVector } from "../../learn/training/step/trainable.js";
import type { Trainee } from "../../learn/training/trainee.js";
import { median } from "../support.js";

const CLASSES = 10;
const TIMES = 7;
/** The default interval between two checkpoints. */
const EVERY_SECONDS = 20;
const IDENTITY = { engine: "bench", threads: 1 };

const { architecture } = findBase("efficientnet-lite0");
const parameters = randomParameters(architecture, CLASSES, 1);

const PARTS = [
  { what: "head", from: architecture.groups.length, ema: 0 },
  { what: "blocks.6", from: groupIndex(architecture, "blocks.6"), ema: 0 },
  { what: "blocks.5", from: groupIndex(architecture, "blocks.5"), ema: 0 },
  { what: "blocks.5 with average", from: groupIndex(architecture, "blocks.5"), ema: 0.99 },
  { what: "all layers", from: 0, ema: 0 },
] as const;

function stateOf(from: number, ema: number): { state: FitState; vector: TrainableVector } {
  const layout = layoutOf(parameters, trainableNames(architecture, from), () => ({
    learningRate: 1,
    weightDecay: 0,
  }));
  const weights = gatherTrainable(parameters, layout);
  const vector: TrainableVector = {
    layout,
    length: weights.length,
    read: () => weights.slice(),
    write: () => {},
  };
  const trainee: Trainee = {
    samples: 1,
    vector,
    train: () => ({ loss: 0, correct: 0, norm: 0 }),
    validate: () => ({ loss: 0, accuracy: 0, calibratedLosses: () => [], correct: [] }),
  };
  return { state: initialState(trainee, ema), vector };
}

async function bytesOf(folder: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const rows = [];
for (const { what, from, ema } of PARTS) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const { state, vector } = stateOf(from, ema);
    const write = async (name: string, known?: BestFile): Promise<{ file: BestFile; ms: number }> => {
      const started = performance.now();
      const current = { read: vector.read, extra: undefined };
      const file = await writeCheckpoint(join(folder, name), state, current, IDENTITY, known);
      return { file, ms: performance.now() - started };
    };
    const full: number[] = [];
    const linked: number[] = [];
    for (let i = 0; i < TIMES; i++) {
      const { file, ms } = await write(`${i}-full`);
      full.push(ms);
      linked.push((await write(`${i}-linked`, file)).ms);
    }
    rows.push({
      what,
      parameters: vector.length,
      megabytes: Number(((await bytesOf(join(folder, "0-full"))) / 1e6).toFixed(1)),
      milliseconds: Math.round(median(full)),
      slowest: Math.round(Math.max(...full)),
      "best unchanged": Math.round(median(linked)),
      "share of training": `${((100 * median(full)) / 1000 / EVERY_SECONDS).toFixed(2)} %`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
console.table(rows);
