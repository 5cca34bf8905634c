/** Keeps compiled JavaScript beside what was provisioned, where Node.js can: programs start sooner the next time. */
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { join } from "node:path";
import { cacheFolder } from "./cacheFolder.js";

/** From Node.js 22.1 on; the variables NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE have the last word. */
interface KeepsCompiled {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/** Of modules that are loaded from here on. A folder that cannot be written to is no error, and none is made for it alone. */
export function keepCompiled(env: NodeJS.ProcessEnv = process.env): void {
  const { enableCompileCache } = nodeModule as KeepsCompiled;
  if (enableCompileCache === undefined) return;
  try {
    const folder = cacheFolder(env);
    if (existsSync(folder)) enableCompileCache(join(folder, "compiled-javascript"));
  } catch {
    // A cache folder that is set wrongly is the command's to tell.
  }
}
