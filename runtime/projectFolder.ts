/** Which folder is the project: the one that holds, or will hold, `.thaw/`. */
import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Name of the folder inside a project that holds all that thaw keeps there. */
export const STATE_FOLDER = ".thaw";

/**
 * The project folder: `given`, else `THAW_PROJECT`, else the nearest ancestor of `cwd` with a `.thaw/`
 * folder, else `cwd`.
 * @returns an absolute path; nothing is made there
 */
export function findProjectFolder(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): string {
  const named = given ?? (env.THAW_PROJECT || undefined);
  if (named !== undefined) return resolve(cwd, named);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (statSync(join(folder, STATE_FOLDER), { throwIfNoEntry: false })?.isDirectory()) return folder;
    if (dirname(folder) === folder) return resolve(cwd);
  }
}
