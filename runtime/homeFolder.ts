/** The user's home folder, and paths that begin with it. */
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { ThawError } from "../spec/errors.js";

/** A relative `HOME` would be another folder wherever a command is run: then what the system knows counts. */
export function homeFolder(): string {
  const home = homedir();
  if (isAbsolute(home)) return home;
  const known = systemHome();
  if (known !== undefined && isAbsolute(known)) return known;
  throw new ThawError(
    "USAGE",
    `HOME="${home}" is not an absolute path, and the system knows no home folder`,
    {
      hint: "set HOME to an absolute path, or THAW_CACHE",
    },
  );
}

/** A container may run with a number that no user has. */
function systemHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

/**
 * Shells replace `~` in the first place of a word only: in quotes, in `.env` files and in manifests it stays.
 * @throws ThawError USAGE for the home of somebody else
 */
export function fromHome(path: string, variable: string): string {
  if (path === "~" || path.startsWith("~/")) return join(homeFolder(), path.slice(1));
  if (!/^~[a-z_][a-z0-9_-]*(\/|$)/i.test(path)) return path;
  throw new ThawError(
    "USAGE",
    `${variable}="${path}" is in the home of another user, which thaw does not look up`,
    {
      hint: `write the whole path, or ./${path} for a folder of that name`,
    },
  );
}
