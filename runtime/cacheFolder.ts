/** The per-user folder of everything that was provisioned. */
import { isAbsolute, join, resolve } from "node:path";
import { fromHome, homeFolder } from "./homeFolder.js";

/**
 * `THAW_CACHE`, else `$XDG_CACHE_HOME/thaw`, else `~/.cache/thaw`. As the XDG base directory specification
 * asks, an empty or relative `XDG_CACHE_HOME` counts as unset; a relative `THAW_CACHE` is taken from the
 * working directory, because a person typed it there.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.THAW_CACHE) return resolve(fromHome(env.THAW_CACHE, "THAW_CACHE"));
  const xdg = env.XDG_CACHE_HOME;
  return xdg && isAbsolute(xdg) ? join(xdg, "thaw") : join(homeFolder(), ".cache", "thaw");
}
