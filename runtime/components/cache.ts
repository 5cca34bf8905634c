/** Provisioned folders in the cache: looked up, built aside, published by one rename. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../files/makeFolder.js";
import { cacheFolder } from "../cacheFolder.js";
import { isHeld, withLock } from "../lock.js";
import type { Located, Recipe, Report } from "./component.js";
import { provisionError } from "./failure.js";
import { isComplete, removeStamp, writeStamp } from "./stamp.js";

const slug = (name: string): string => name.replace(":", "-");
const lockOf = (cache: string, component: string): string => join(cache, ".locks", slug(component));
const attemptsOf = (cache: string): string => join(cache, ".attempts");

/** Absolute path of the recipe's folder in the cache, there or not. */
export function folderOf(recipe: Recipe<string>): string {
  return join(cacheFolder(), recipe.folder);
}

/** Looks the component up in the cache, without hashing it. */
export function locateCached<Name extends string>(recipe: Recipe<Name>): Located<Name> | undefined {
  const folder = folderOf(recipe);
  if (!isComplete(folder, recipe)) return undefined;
  return { name: recipe.name, path: join(folder, recipe.entry), version: recipe.version, from: "cache" };
}

/** What is in the cache is not what was put there: it is not found any more, and is made anew when it is asked for. */
export async function forgetCached(recipe: Recipe<string>): Promise<void> {
  await removeStamp(folderOf(recipe));
}

/**
 * Removes what killed attempts left behind. An attempt is made and removed under its component's lock, so
 * one without a living lock is dead.
 */
export async function sweepAttempts(cache: string): Promise<void> {
  const names = await readdir(attemptsOf(cache)).catch(() => []);
  for (const name of names) {
    const [component = ""] = name.split("~");
    if (!(await isHeld(lockOf(cache, component)))) {
      await rm(join(attemptsOf(cache), name), { recursive: true, force: true });
    }
  }
}

/** Builds in a folder aside and moves the whole into place; a damaged folder there is moved out first. */
async function buildAside(recipe: Recipe<string>, cache: string, report: Report): Promise<void> {
  const attempt = join(attemptsOf(cache), `${slug(recipe.name)}~${randomUUID()}`);
  const [into, scratch] = [join(attempt, "new"), join(attempt, "scratch")];
  try {
    await makeFolder(into);
    await mkdir(scratch);
    await recipe.build(into, scratch, report);
    await writeStamp(into, recipe);
    // Only after a lock was taken over can somebody else have been quicker.
    if (locateCached(recipe) !== undefined) return;
    const final = join(cache, recipe.folder);
    await rename(final, join(attempt, "damaged")).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(into, final);
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
}

/**
 * The component in the cache, built if it is not there yet. Safe against being killed at any instant and
 * against other processes that do the same.
 * @throws ThawError PROVISION_FAILED, DISK_FULL, RUNTIME_MISSING
 */
export async function provideCached<Name extends string>(
  recipe: Recipe<Name>,
  report: Report,
): Promise<Located<Name>> {
  const cache = cacheFolder();
  const onWait = () => report({ phase: "downloading", detail: "another process is provisioning it" });
  try {
    return await withLock(lockOf(cache, recipe.name), onWait, async () => {
      const there = locateCached(recipe);
      if (there !== undefined) return there;
      await buildAside(recipe, cache, report);
      const built = locateCached(recipe);
      if (built === undefined) throw new Error("the folder changed while it was being moved into place");
      return built;
    });
  } catch (error) {
    throw provisionError(error, recipe.name, cache);
  }
}
