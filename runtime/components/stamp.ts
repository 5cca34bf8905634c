/** The stamp in a provisioned folder: what it holds, so that a quick look tells whether it is all there. */
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finite, mapOf, object, type Shaped, text } from "../../spec/shape.js";
import type { Recipe } from "./component.js";

type Identity = Pick<Recipe, "version" | "sha256">;

const STAMP = ".thaw-stamp.json";

const stampShape = object({
  version: text,
  sha256: text,
  /** Sizes in bytes by path. */
  files: mapOf<string, number>(finite),
});
type Stamp = Shaped<typeof stampShape>;

/** Writes the stamp as the last file of a folder that is not published yet. */
export async function writeStamp(folder: string, { version, sha256 }: Identity): Promise<void> {
  const sizes = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => ({ path, found: lstatSync(join(folder, path)) }))
    .filter(({ found }) => found.isFile())
    .map(({ path, found }) => [path, found.size] as const);
  const stamp: Stamp = { version, sha256, files: Object.fromEntries(sizes) };
  await writeFile(join(folder, STAMP), JSON.stringify(stamp));
}

/** Without it the folder counts as damaged. */
export async function removeStamp(folder: string): Promise<void> {
  await rm(join(folder, STAMP), { force: true });
}

function readStamp(folder: string): Stamp | undefined {
  try {
    const stamp: unknown = JSON.parse(readFileSync(join(folder, STAMP), "utf8"));
    return stampShape(stamp) ? stamp : undefined;
  } catch {
    // Absent or damaged: either way the folder cannot be trusted, and provisioning replaces it.
    return undefined;
  }
}

/**
 * Whether the folder holds what the recipe makes: same package by digest, every file there in its size.
 * Synchronous, because thousands of asynchronous `stat`s take ten times as long.
 */
export function isComplete(folder: string, { version, sha256 }: Identity): boolean {
  const stamp = readStamp(folder);
  if (stamp === undefined || stamp.version !== version || stamp.sha256 !== sha256) return false;
  return Object.entries(stamp.files).every(
    ([path, size]) => statSync(join(folder, path), { throwIfNoEntry: false })?.size === size,
  );
}
