/**
 * Frozen pass and training step of the last layer group of every architecture, beside PyTorch's on the same cores.
 *   node dist/bench/rivals/architectures.js OUT.jsonl [NAME…]            measures thaw's, a process an architecture
 *   python bench/rivals/architectures.py OUT.jsonl [NAME…]               measures PyTorch's
 *   node dist/bench/rivals/architectures.js --table OUT.jsonl [NAME…]    ratios of medians, and of the fastest steps
 * Run both by turns (`NAME` by `NAME`): a machine that has other work slows whoever is measured then.
 */
import { spawnSync } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findArchitecture, WITHOUT_WEIGHTS } from "../../learn/bases/architectures.js";
import { CATALOGUE } from "../../learn/bases/catalogue.js";
import { randomParameters } from "../../learn/training/step/fullNetwork.js";
import { defaultStages } from "../../spec/pipeline/layerGroups.js";
import { CLASSES, SEED, timeFrozenPass, timeTuning, WARM_UP } from "../speed/timedSteps.js";
import { median } from "../support.js";

/** A line of the file: milliseconds of a batch of 32, the first steps left out. */
interface Measured {
  readonly by: "thaw" | "torch";
  readonly name: string;
  readonly part: "frozen" | "step";
  readonly median: number;
  readonly fastest: number;
}

const ALL = [...CATALOGUE, ...WITHOUT_WEIGHTS].map(({ name }) => name);

async function measure(out: string, name: string): Promise<void> {
  const base = findArchitecture(name);
  const parameters = randomParameters(base.architecture, CLASSES, SEED);
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const [group = "head"] = defaultStages(name);
    const parts = {
      frozen: timeFrozenPass(base, parameters, []),
      step: await timeTuning(base, parameters, folder, group),
    };
    for (const [part, times] of Object.entries(parts)) {
      const settled = times.slice(WARM_UP);
      const line = { by: "thaw", name, part, median: median(settled), fastest: Math.min(...settled) };
      await appendFile(out, `${JSON.stringify(line)}\n`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function table(out: string, names: readonly string[]): Promise<void> {
  const lines = (await readFile(out, "utf8")).trim().split("\n");
  const all = lines.map((line) => JSON.parse(line) as Measured);
  // The last measurement of each counts.
  const found = new Map(all.map((one) => [`${one.by} ${one.name} ${one.part}`, one]));
  console.log(
    "| architecture | frozen pass: thaw, PyTorch (ms) | ratio (of the fastest) | step: thaw, PyTorch (ms) | ratio (of the fastest) |",
  );
  console.log("|---|---|---|---|---|");
  for (const name of names) {
    const cells = (["frozen", "step"] as const).map((part) => {
      const [ours, theirs] = [found.get(`thaw ${name} ${part}`), found.get(`torch ${name} ${part}`)];
      if (ours === undefined) return "– | –";
      if (theirs === undefined) return `${ours.median.toFixed(0)}, – | –`;
      const ratio = (key: "median" | "fastest") => (ours[key] / theirs[key]).toFixed(2);
      return `${ours.median.toFixed(0)}, ${theirs.median.toFixed(0)} | ${ratio("median")} (${ratio("fastest")})`;
    });
    if (cells.some((cell) => cell !== "– | –")) console.log(`| \`${name}\` | ${cells.join(" | ")} |`);
  }
}

const [first = "", ...rest] = process.argv.slice(2);
if (first === "") throw new Error("usage: architectures.js [--table] OUT.jsonl [NAME…]");
if (first === "--table") {
  const [out = "", ...names] = rest;
  await table(out, names.length === 0 ? ALL : names);
} else if (rest.length === 1 && rest[0] !== undefined) {
  await measure(first, rest[0]);
} else {
  for (const name of rest.length === 0 ? ALL : rest) {
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), first, name], { stdio: "inherit" });
  }
}
