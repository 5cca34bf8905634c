/** Programs that the user already has. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runProgram } from "./program.js";

/** First executable file of that name on the PATH. */
export async function findOnPath(
  program: string,
  path = process.env.PATH ?? "",
): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((entry) => entry !== "")) {
    const candidate = join(folder, program);
    const isFile = await stat(candidate).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isFile) continue;
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return candidate;
  }
  return undefined;
}

/** First dotted number of a text, e.g. `4.48` of `version 8000GB 4.48 linux amd64`. */
export function versionIn(text: string): string | undefined {
  return /\b\d+\.\d+(?:\.\d+)*\b/.exec(text)?.[0];
}

/** Compares dotted numbers part by part; missing parts are 0. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => text.split(".").map(Number));
  for (let part = 0; part < Math.max(have?.length ?? 0, want?.length ?? 0); part += 1) {
    const difference = (have?.[part] ?? 0) - (want?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** What the program says about its version; undefined when it fails or says none. */
export async function versionOf(program: string, args: readonly string[]): Promise<string | undefined> {
  return versionIn(await runProgram(program, args).catch(() => ""));
}
