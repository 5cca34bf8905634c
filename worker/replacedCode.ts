/** Whether thaw was compiled or installed anew under a living worker, and what the worker does then. */
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { repeatedly } from "../spec/processes/repeated.js";

/** What every installation and every compilation writes. Compiled, this file is `dist/worker/replacedCode.js`. */
const WRITTEN = ["../../package.json", "../.tsbuildinfo"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const LOOK_MS = 5000;

/**
 * Ends a worker whose code is no longer what it began with: modules are loaded when they are first needed, and those of
 * another version must not work with the ones that are there. It leaves as for a deployment; its supervisor starts it anew.
 * @param onReplaced called once
 * @param files looked at by their sizes and times; one that is not there counts as well
 * @param every milliseconds between two looks
 * @returns what ends the looking
 */
export async function whenReplaced(
  onReplaced: () => void,
  files: readonly string[] = WRITTEN,
  every: number = LOOK_MS,
): Promise<() => void> {
  const before = await identityOf(files);
  return repeatedly(async () => {
    if ((await identityOf(files)) === before) return undefined;
    onReplaced();
    return "over";
  }, every);
}

async function identityOf(files: readonly string[]): Promise<string> {
  const found = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return found.map((file) => (file === undefined ? "none" : `${file.size} ${file.mtimeMs}`)).join(", ");
}
