/** Runs the test files that need a Kubernetes, each in a sandbox of its own. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FilesRun } from "../support/run/runFiles.js";
import { nameOf } from "../support/run/testName.js";
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
  ended: (run: FilesRun) => void,
): Promise<void> {
  for (const file of files) ended(await runFile(file));
}

async function runFile(file: string): Promise<FilesRun> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-k8s-"));
  const result = join(folder, "run.json");
  try {
    const [code] = await once(spawnInSandbox([process.execPath, RUN_FILE, file, result]), "exit");
    const run = await readFile(result, "utf8").then(written, () => silent(file));
    return code === 0 ? run : withFailure(run, `✖ ${nameOf(file)}: its sandbox ended with exit code ${code}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function written(text: string): FilesRun {
  const run = JSON.parse(text) as Omit<FilesRun, "seconds"> & { readonly seconds: [string, number][] };
  return { ...run, seconds: new Map(run.seconds) };
}

const silent = (file: string): FilesRun => ({
  ...{ files: [file], totals: NONE, seconds: new Map(), told: "", failures: [] },
});

/** What ends without having counted, or leaves something behind, has failed. */
function withFailure(run: FilesRun, failure: string): FilesRun {
  const { totals, told, failures } = run;
  return {
    ...run,
    totals: { ...totals, failed: totals.failed + 1 },
    told: `${told}\n${failure}`,
    failures: [...failures, failure],
  };
}
