/** The workflows' bundle as the compiled code is now. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUNDLE_FILES, type BundleKind, buildWorkflowBundle } from "../../../worker/workflowBundle.js";

/** What workflows are made of, below the compiled project. */
const SOURCES = ["workflows", "spec"].map((name) =>
  fileURLToPath(new URL(`../../../${name}`, import.meta.url)),
);

/** The one that was built with the project, unless something was compiled since: to build it takes three seconds of a processor. */
export async function currentBundle(kind: BundleKind = "plain"): Promise<string> {
  const built = await changedAt(BUNDLE_FILES[kind]).catch(() => 0);
  return built > (await newestSource()) ? readFile(BUNDLE_FILES[kind], "utf8") : buildWorkflowBundle(kind);
}

async function newestSource(): Promise<number> {
  const folders = SOURCES.map(async (folder) =>
    (await readdir(folder, { recursive: true })).map((name) => join(folder, name)),
  );
  const times = (await Promise.all(folders)).flat().map(changedAt);
  return Math.max(...(await Promise.all(times)));
}

const changedAt = async (path: string): Promise<number> => (await stat(path)).mtimeMs;
