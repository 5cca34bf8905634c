/** Runs the test files that need a Kubernetes, each in a sandbox of its own. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FileRun, withFailure } from "../support/run/runFiles.js";
import { NONE } from "../support/run/totals.js";
import { havePrograms } from "./cluster/provision/programs.js";
import { spawnInSandbox, whyNoSandbox } from "./cluster/sandbox/sandbox.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const RUN_FILE = join(HERE, "runFile.js");

/** Why the tests cannot run at once; undefined where they can. */
export function whyNoCluster(): string | undefined {
  const why = whyNoSandbox();
  if (why !== undefined) return `a test cluster ${why}`;
  if (!havePrograms()) return "Kubernetes is not in the cache; `npm run test:k8s` builds it, once";
  return undefined;
}

/** @param filters parts of paths of which a file must have one; all files if there are none */
export function clusterTestFiles(filters: readonly string[]): string[] {
  return readdirSync(HERE)
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => join(HERE, name))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .sort();
}

/** @param ended hears of each file when it is through */
export async function runClusterTests(
  files: readonly string[],
  ended: (run: FileRun) => void,
): Promise<void> {
  for (const file of files) ended(await runFile(file));
}

async function runFile(file: string): Promise<FileRun> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-k8s-"));
  const result = join(folder, "run.json");
  try {
    const [code] = await once(spawnInSandbox([process.execPath, RUN_FILE, file, result]), "exit");
    const run = await readFile(result, "utf8").then(
      (text) => JSON.parse(text) as FileRun,
      () => silent(file),
    );
    return code === 0 ? run : withFailure(run, `its sandbox ended with exit code ${code}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const silent = (file: string): FileRun => ({ file, totals: NONE, seconds: 0, told: "", failures: [] });
