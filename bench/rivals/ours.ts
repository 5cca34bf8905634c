/**
 * thaw with its defaults on the splits of `exportSplit.js`, in this process.
 *   node dist/bench/rivals/ours.js RESULTS FOLDER… [SETTINGS]
 * SETTINGS is a part of a run file as JSON, for trying others than the defaults; such lines are `thaw SETTINGS`.
 */
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { runPipeline } from "../pipeline.js";
import type { Result } from "./results.js";
import { readSplit } from "./split.js";

const [results = "", ...rest] = process.argv.slice(2);
const folders = rest.filter((text) => !text.startsWith("{"));
const settings = rest.find((text) => text.startsWith("{"));
if (folders.length === 0) throw new Error("usage: ours.js RESULTS FOLDER… [SETTINGS]");

const settingsSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

function runFile(flip: boolean, seed: number): RunFile {
  const { augment, ...parts } = settingsSchema.parse(JSON.parse(settings ?? "{}"));
  return runFileSchema.parse({
    name: "bench",
    data: { path: ".", outside: "allow" },
    seed,
    ...parts,
    augment: { flip, ...augment },
  });
}

for (const split of folders) {
  const { set, seed, flip } = await readSplit(split);
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const run = await runPipeline(runFile(flip, seed), join(split, "dataset"), folder);
    const { byStage, accuracy } = run.evaluation;
    const result: Result = {
      who: settings === undefined ? "thaw" : `thaw ${settings}`,
      set,
      seed,
      frozen: byStage[0]?.accuracy ?? accuracy,
      accuracy,
      seconds: run.seconds,
      processorSeconds: run.processorSeconds,
      stages: run.tuned.map(({ verdict }) => verdict),
    };
    await appendFile(results, `${JSON.stringify(result)}\n`);
    const texts = byStage.map((stage) => (100 * stage.accuracy).toFixed(1)).join(" → ");
    console.log(`${set} ${seed}: ${texts} % in ${run.seconds.toFixed(0)} s`);
    for (const { deepest, verdict } of run.tuned) console.log(`  ${deepest}: ${verdict}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
