/** The layer with what thaw provisions on a machine: libtensorflow, its binding, the default base's weights. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheFolder } from "../../../../runtime/cacheFolder.js";
import { ensure } from "../../../../runtime/components/components.js";
import { type Layer, makeLayer } from "./layer.js";
import { IN_IMAGE } from "./paths.js";

/** Folders of the cache that a training worker loads from. */
export async function workerFolders(): Promise<string[]> {
  const [library, , weights] = await ensure(
    ["libtensorflow", "tfjs-binding", "base-weights:efficientnet-lite0"],
    () => undefined,
  );
  if (library === undefined || weights === undefined) throw new Error("the components were not provided");
  const tensorflow = basename(library.path);
  const names = await readdir(cacheFolder());
  const binding = names.filter((name) => name.startsWith("tfjs-binding-") && name.endsWith(tensorflow));
  return [tensorflow, ...binding, basename(dirname(weights.path))];
}

export async function tensorflowLayer(folders: readonly string[], scratch: string): Promise<[Layer, string]> {
  const file = join(scratch, "tensorflow.tar");
  const into = `--transform=flags=r;s,^,${IN_IMAGE.cache}/,`;
  return [await makeLayer(file, ["--directory", cacheFolder(), into, ...folders]), file];
}
