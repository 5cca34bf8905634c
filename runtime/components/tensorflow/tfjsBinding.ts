/** tfjs-node's native half: compiled once into the cache, installed into node_modules. */
import { randomUUID } from "node:crypto";
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { copyFile, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../cacheFolder.js";
import { folderOf, locateCached, provideCached } from "../cache.js";
import type { Located, Recipe, Report } from "../component.js";
import { packageFolder, packageVersion } from "../download/nodePackage.js";
import { provisionError } from "../failure.js";
import { BINDING, compileBinding } from "./bindingCompile.js";
import { BINDING_PACKAGE, engineVariant } from "./engineVariant.js";
import { libtensorflow } from "./libtensorflow.js";

const packageName = (): string => BINDING_PACKAGE[engineVariant()];
const FILE = "tfjs_binding.node";

const recipe = (): Recipe => {
  const engine = engineVariant();
  const library = libtensorflow(engine);
  const version = packageVersion(BINDING_PACKAGE[engine]);
  return {
    name: "tfjs-binding",
    version,
    folder: `tfjs-binding-${version}-${library.folder}`,
    entry: FILE,
    sha256: library.sha256,
    build: async (into, scratch, report) => {
      report({ phase: "compiling", detail: "g++" });
      const binding = await compileBinding(
        BINDING_PACKAGE[engine],
        scratch,
        folderOf(library),
        library.version,
      );
      await rename(binding, join(into, FILE));
    },
  };
};

const installed = (version: string): Located => ({
  name: "tfjs-binding",
  path: join(packageFolder(packageName()), BINDING),
  version,
  from: "project",
});

function isInstalled(cached: string): boolean {
  const root = packageFolder(packageName());
  try {
    const sameLibrary = realpathSync(join(root, "deps")) === realpathSync(folderOf(libtensorflow()));
    return sameLibrary && readFileSync(join(root, BINDING)).equals(readFileSync(cached));
  } catch {
    return false;
  }
}

/** Makes `path` by `make` under another name and moves it into place; a folder there is removed first. */
async function replace(path: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await make(draft);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) await rm(path, { recursive: true });
  await rename(draft, path);
}

/** The binding is copied, not linked: Node.js resolves links, and the run path starts at the real file. */
async function install(cached: string): Promise<void> {
  const root = packageFolder(packageName());
  await mkdir(dirname(join(root, BINDING)), { recursive: true });
  await replace(join(root, "deps"), (draft) => symlink(folderOf(libtensorflow()), draft));
  await replace(join(root, BINDING), (draft) => copyFile(cached, draft));
}

/** The installed binding, if it and the library that it loads are in place. */
export function locateBinding(): Located | undefined {
  const cached = locateCached(recipe());
  if (cached === undefined || locateCached(libtensorflow()) === undefined) return undefined;
  return isInstalled(cached.path) ? installed(cached.version) : undefined;
}

/** Compiles if need be and installs; libtensorflow has to be in the cache. */
export async function provideBinding(report: Report): Promise<Located> {
  const cached = await provideCached(recipe(), report);
  report({ phase: "installing" });
  try {
    if (!isInstalled(cached.path)) await install(cached.path);
  } catch (error) {
    throw provisionError(error, "tfjs-binding", cacheFolder());
  }
  return installed(cached.version);
}
