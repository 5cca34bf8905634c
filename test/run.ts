/**
 * `npm test`: lint with import directions, dead code, unit tests, then integration tests with real servers.
 * The type check has happened already: this file is the compiler's output. Arguments choose test files by a
 * part of their path, e.g. `npm test -- data/`; then only those run.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { type ComponentName, ensure } from "../runtime/components/components.js";
import { toThawError } from "../spec/errors.js";

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

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

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

async function runTests(files: readonly string[], concurrency: number, timeout: number): Promise<Totals> {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  if (files.length === 0) return totals;
  const stream = run({ files: [...files], concurrency, timeout });
  stream.on("test:fail", ({ details }) => {
    if (details.type !== "suite") totals.failed += 1;
  });
  stream.on("test:pass", ({ details, skip }) => {
    if (details.type === "suite") return;
    if (skip === undefined) totals.passed += 1;
    else totals.skipped += 1;
  });
  const shown = stream.compose(new spec());
  shown.pipe(process.stdout, { end: false });
  await new Promise((resolve, reject) => shown.on("end", resolve).on("error", reject));
  return totals;
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
const sum = (key: keyof Totals): number => unit[key] + integration[key];
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
