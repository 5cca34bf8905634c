/**
 * `npm test`: lint, dead code, unit tests with the import directions, integration tests with real servers, and those on Kubernetes
 * that are quick, where the cache has one.
 * The type check has happened already: this file is the compiler's output. Arguments choose test files by a
 * part of their path, e.g. `npm test -- data/`; then only those run. `--quick`, `npm run test:quick`, leaves out what
 * needs servers.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ComponentName, ensure } from "../runtime/components/components.js";
import { toThawError } from "../spec/errors.js";
import { clusterTestFiles, runClusterTests, whyNoCluster } from "./k8s/clusterTests.js";
import { budgetOf, timesTable } from "./support/run/budgets.js";
import { type Job, runInLanes } from "./support/run/lanes.js";
import { standsAlone } from "./support/run/runFiles.js";
import { conclude, NONE, sumOf, type Totals } from "./support/run/totals.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MINUTE = 60_000;
/** Of one test, in milliseconds. */
const TIMEOUTS = { unit: 5 * MINUTE, integration: 10 * MINUTE } as const;
/** Most of the time of integration tests is waiting, so two cores have work for one lane more. */
const LANES = availableParallelism() + 1;
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

/** A tool of the project; its findings go to the terminal. */
function check(name: string, args: readonly string[]): void {
  console.log(`\n▶ ${name}`);
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
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

async function runOnCluster(files: readonly string[]): Promise<Totals> {
  if (files.length === 0) return NONE;
  console.log("\n▶ tests on Kubernetes");
  const why = whyNoCluster();
  if (why === undefined) return runClusterTests(files);
  console.log(`skipped: ${why}`);
  return { ...NONE, skipped: files.length };
}

/** Integration tests one by one, the longest first; then the unit tests, those of a folder in one process where they can be. */
function jobsOf(folders: readonly (keyof typeof TIMEOUTS)[], filters: readonly string[]): readonly Job[] {
  return folders.flatMap((folder) => {
    const groups = new Map<string, string[]>();
    for (const file of testFiles(folder, filters)) {
      const group = folder === "unit" && !standsAlone(file) ? dirname(file) : file;
      groups.set(group, [...(groups.get(group) ?? []), file]);
    }
    const seconds = (files: readonly string[]): number =>
      files.reduce((sum, file) => sum + budgetOf(file), 0);
    return [...groups.values()]
      .sort((a, b) => seconds(b) - seconds(a))
      .map((files): Job => ({ files, timeout: TIMEOUTS[folder] }));
  });
}

const {
  values: { quick },
  positionals: filters,
} = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean", default: false } } });
const began = performance.now();
if (filters.length === 0) {
  check("lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]);
  check("dead code", ["node_modules/knip/bin/knip.js"]);
}
await provide();
console.log("\n▶ tests");
const runs = await runInLanes(jobsOf(quick ? ["unit"] : ["integration", "unit"], filters), LANES);
const onCluster = quick ? [] : clusterTestFiles(filters.length === 0 ? QUICK_CLUSTER_TESTS : filters);
const cluster = await runOnCluster(onCluster);
console.log(`\n${timesTable(runs)}, ${((performance.now() - began) / MINUTE).toFixed(1)} min in all`);
const failures = runs.flatMap((one) => one.failures);
if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join("\n\n")}`);
conclude(sumOf([...runs.map(({ totals }) => totals), cluster]));
