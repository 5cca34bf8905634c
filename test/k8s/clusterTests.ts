/** Runs the test files that need a Kubernetes, each in a sandbox of its own. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NONE, sumOf, type Totals } from "../support/run/totals.js";
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

async function runFile(file: string): Promise<Totals> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-k8s-"));
  const totals = join(folder, "totals.json");
  try {
    const [code] = await once(spawnInSandbox([process.execPath, RUN_FILE, file, totals]), "exit");
    const counted = await readFile(totals, "utf8").then(JSON.parse, () => NONE);
    // What ends without having counted, or leaves something behind, has failed.
    return code === 0 ? counted : sumOf([counted, { ...NONE, failed: 1 }]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function runClusterTests(files: readonly string[]): Promise<Totals> {
  const all: Totals[] = [];
  for (const file of files) all.push(await runFile(file));
  return sumOf(all);
}
