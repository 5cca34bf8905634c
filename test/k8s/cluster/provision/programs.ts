/** Where the cluster's programs lie, and whether all of them are there. */
import { join } from "node:path";
import { locateCached, provideCached } from "../../../../runtime/components/cache.js";
import type { Recipe, Report } from "../../../../runtime/components/component.js";
import { helm } from "./helm.js";
import { kubernetes } from "./kubernetes.js";
import { nodePrograms } from "./nodePrograms.js";

const RECIPES: readonly Recipe<string>[] = [nodePrograms, kubernetes, helm];

export interface Programs {
  /** Environment in which every program of the cluster is found, and its shared libraries. */
  readonly environment: NodeJS.ProcessEnv;
  readonly cniPlugins: string;
}

/** Whether the cache has everything that takes minutes to get; answers in a fraction of a second. */
export function havePrograms(): boolean {
  return RECIPES.every((recipe) => locateCached(recipe) !== undefined);
}

/** Downloads and builds what the cache lacks. */
export async function providePrograms(
  report: (name: string, ...progress: Parameters<Report>) => void,
): Promise<void> {
  await Promise.all(
    RECIPES.map((recipe) => provideCached(recipe, (progress) => report(recipe.name, progress))),
  );
}

/** @throws Error when something is missing */
export function locatePrograms(): Programs {
  const usr = locateCached(nodePrograms)?.path;
  const commands = locateCached(kubernetes)?.path;
  const charts = locateCached(helm)?.path;
  if (usr === undefined || commands === undefined || charts === undefined)
    throw new Error("the cluster's programs are not in the cache");
  const path = [commands, charts, join(usr, "bin"), join(usr, "sbin"), process.env.PATH ?? ""];
  return {
    environment: {
      PATH: path.join(":"),
      LD_LIBRARY_PATH: join(usr, "lib", "x86_64-linux-gnu"),
      HOME: process.env.HOME,
    },
    cniPlugins: join(usr, "lib", "cni"),
  };
}
