/** Where things lie on this machine and in the image. */
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the project, seen from `dist/test/k8s/cluster/image/`. */
export const PROJECT = fileURLToPath(new URL("../../../../../", import.meta.url));

/** The folder that holds node_modules: a worktree's may be a link to another's. */
export const modulesParent = (): string => dirname(realpathSync(join(PROJECT, "node_modules")));

/** Without the leading slash, as in a tar. */
export const IN_IMAGE = {
  app: "opt/thaw/app",
  cache: "opt/thaw/cache",
  node: "usr/local/bin/node",
};
