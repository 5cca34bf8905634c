/**
 * `npm test`: lint, dead code, unit tests with the import directions, integration tests with real servers, and those on Kubernetes
 * that are quick, where the cache has one.
 * The type check has happened already: this file is the compiler's output. Arguments choose test files by a
 * part of their path, e.g. `npm test -- data/`; then only those run. `--quick`, `npm run test:quick`, leaves out what
 * needs servers; `--once` gives no file a second try.
 */
import { spawn } from "node:child_process";
import { once as happened } from "node:events";
import { readdirSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ComponentName, ensure } from "../runtime/components/components.js";
import { toThawError } from "../spec/errors.js";
import { clusterTestFiles, whyNoCluster } from "./k8s/clusterTests.js";
import { tidyAfterRunner } from "./support/leftBehind/tidied.js";
import { timesTable } from "./support/run/budgets.js";
import { integrationJobs, unitJobs } from "./support/run/jobs.js";
import { runInLanes } from "./support/run/lanes.js";
import {
  type AllUsed,
  processorSecondsOf,
  processorSecondsOfAll,
  watchProcessorTime,
} from "./support/run/processorTime.js";
import { tryFailedAgain } from "./support/run/secondTry.js";
import { conclude, NONE } from "./support/run/totals.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MINUTE = 60_000;
/** What the services, the workers and the engine of one test file take at most, with room. */
const BYTES_OF_A_LANE = 2 * 2 ** 30;
/** Most of the time of integration tests is waiting, so two cores have work for two lanes more. */
const LANES = Math.max(1, Math.min(availableParallelism() + 2, Math.floor(memory() / BYTES_OF_A_LANE)));
/** What the tests use besides npm packages; `locate` finds it again in the cache. */
const NEEDED: readonly ComponentName[] = [
  "libtensorflow",
  "tfjs-binding",
  "temporal",
  "s3-server",
  "base-weights:efficientnet-lite0",
  "base-weights:efficientnet-lite1",
  "base-weights:efficientnet-lite2",
];

/** The rest of what needs a Kubernetes takes longer: `npm run test:k8s`. */
const QUICK_CLUSTER_TESTS = ["k8s/cluster.test.js"];

function testFiles(folder: "unit" | "integration", filters: readonly string[]): string[] {
  return readdirSync(join(HERE, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => join(HERE, folder, name))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .sort();
}

/** Of the machine, or of the container where that has less. */
function memory(): number {
  // Nought where nothing is known.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What tools took of a processor, in seconds. */
const ofTools: (readonly [name: string, seconds: number])[] = [];

/** A tool of the project; its findings go to the terminal. */
async function check(name: string, args: readonly string[]): Promise<void> {
  const [program = ""] = args;
  processorSecondsOf(program);
  const tool = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [told, [status]] = await Promise.all([
    Promise.all([text(tool.stdout), text(tool.stderr)]),
    happened(tool, "close"),
  ]);
  console.log(`\n▶ ${name}\n${told.join("")}`.trimEnd());
  ofTools.push([name, processorSecondsOf(program) ?? 0]);
  if (status === 0) return;
  console.log(`\n${name} failed\n0 passed, 1 failed`);
  process.exit(1);
}

async function provide(): Promise<void> {
  console.log("\n▶ provisioning");
  try {
    let last = "";
    const located = await ensure(NEEDED, ({ component, phase }) => {
      const line = `  ${component}: ${phase}`;
      if (line !== last) console.log(line);
      last = line;
    });
    for (const { name, version, from } of located) console.log(`  ${name} ${version} (${from})`);
  } catch (error) {
    const { message, hint } = toThawError(error, "PROVISION_FAILED");
    console.log(`${message}${hint === undefined ? "" : `\n${hint}`}\n0 passed, 1 failed`);
    process.exit(1);
  }
}

/** What all took, and what of it is no file's. */
function ofProcessors({ all, shared, own }: AllUsed): string {
  const none = [...ofTools, ["services that files share", shared], ["the runner", own]] as const;
  const told = none.map(([what, seconds]) => `${what} ${seconds.toFixed(0)} s`).join(", ");
  return `, ${(all / 60).toFixed(1)} min of processors (of no file: ${told})`;
}

const {
  values: { quick, once },
  positionals: filters,
} = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    once: { type: "boolean", default: false },
  },
});
const began = performance.now();
watchProcessorTime();
tidyAfterRunner();
// From Node.js 22.1 on: a process of the tests loads its modules with 40 % less of a processor.
process.env.NODE_COMPILE_CACHE ??= join(process.cwd(), "node_modules", ".cache", "thaw-tests");
// Side by side: each leaves a core idle.
const checks =
  filters.length > 0
    ? []
    : [
        check("lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]),
        check("dead code", ["node_modules/knip/bin/knip.js"]),
      ];
await Promise.all([...checks, provide()]);
console.log("\n▶ tests");
const onCluster = quick ? [] : clusterTestFiles(filters.length === 0 ? QUICK_CLUSTER_TESTS : filters);
const why = onCluster.length === 0 ? undefined : whyNoCluster();
if (why !== undefined) console.log(`those on Kubernetes are skipped: ${why}`);
const jobs = [
  ...(quick ? [] : integrationJobs(testFiles("integration", filters), why === undefined ? onCluster : [])),
  ...unitJobs(testFiles("unit", filters)),
];
const runs = await runInLanes(jobs, LANES).then(once ? (all) => all : tryFailedAgain);
const used = processorSecondsOfAll();
const minutes = ((performance.now() - began) / MINUTE).toFixed(1);
console.log(`\n${timesTable(runs)}, ${minutes} min in all${used === undefined ? "" : ofProcessors(used)}`);
const notRun = { totals: { ...NONE, skipped: why === undefined ? 0 : onCluster.length }, failures: [] };
conclude([...runs, notRun]);
