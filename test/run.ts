/**
 * `npm test`: lint with import directions, dead code, unit tests, integration tests with real servers, and those on Kubernetes
 * that are quick, where the cache has one.
 * The type check has happened already: this file is the compiler's output. Arguments choose test files by a
 * part of their path, e.g. `npm test -- data/`; then only those run.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ComponentName, ensure } from "../runtime/components/components.js";
import { toThawError } from "../spec/errors.js";
import { clusterTestFiles, runClusterTests, whyNoCluster } from "./k8s/clusterTests.js";
import { conclude, NONE, runTests, sumOf, type Totals } from "./support/runTests.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MINUTE = 60_000;
const UNIT_TIMEOUT = 5 * MINUTE;
const INTEGRATION_TIMEOUT = 25 * MINUTE;
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
  const why = files.length === 0 ? undefined : whyNoCluster();
  if (why === undefined) return runClusterTests(files);
  console.log(`skipped: ${why}`);
  return { ...NONE, skipped: files.length };
}

const filters = process.argv.slice(2);
if (filters.length === 0) {
  check("lint and import directions", [
    "node_modules/@biomejs/biome/bin/biome",
    "check",
    "--error-on-warnings",
    ".",
  ]);
  check("dead code", ["node_modules/knip/bin/knip.js"]);
}
await provide();
console.log("\n▶ unit tests");
const unit = await runTests(testFiles("unit", filters), 2, UNIT_TIMEOUT);
console.log("\n▶ integration tests");
const integration = await runTests(testFiles("integration", filters), 1, INTEGRATION_TIMEOUT);
console.log("\n▶ tests on Kubernetes");
const cluster = await runOnCluster(clusterTestFiles(filters.length === 0 ? QUICK_CLUSTER_TESTS : filters));
conclude(sumOf([unit, integration, cluster]));
