/** Which folder is the project: the one that holds, or will hold, `.thaw/`. */
import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fromHome } from "./homeFolder.js";

/** Name of the folder inside a project that holds all that thaw keeps there. */
export const STATE_FOLDER = ".thaw";

/**
 * The project folder: `given`, else `THAW_PROJECT`, else the nearest ancestor of `cwd` with a `.thaw/`
 * folder, else `cwd`. Of ancestors only those of the same user count: somebody else's `/tmp/.thaw` would name servers that
 * are theirs. Root may be in a container, with folders of whoever has started that.
 * @returns an absolute path; nothing is made there
 */
export function findProjectFolder(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  user: number | undefined = process.getuid?.(),
): string {
  const named = given ?? (env.THAW_PROJECT || undefined);
  if (named !== undefined) return resolve(cwd, given ?? fromHome(named, "THAW_PROJECT"));
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (isProject(folder, folder === resolve(cwd) ? undefined : user)) return folder;
    if (dirname(folder) === folder) return resolve(cwd);
  }
}

/** @param owner who must have made it, if anybody in particular */
function isProject(folder: string, owner: number | undefined): boolean {
  try {
    const found = statSync(join(folder, STATE_FOLDER), { throwIfNoEntry: false });
    if (found?.isDirectory() !== true) return false;
    return owner === undefined || owner === 0 || found.uid === owner;
  } catch {
    // A folder that cannot be looked into.
    return false;
  }
}
