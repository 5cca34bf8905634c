/** The layer with the npm packages that the project needs when it runs. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { cacheFolder } from "../../../../runtime/cacheFolder.js";
import { type Layer, makeLayer } from "./layer.js";
import { IN_IMAGE, modulesParent, PROJECT } from "./paths.js";

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional() }),
  ),
});

/** Types, source maps, other machines' binaries, the GPU's binding. */
const LEFT_OUT = [
  ...["*.d.ts", "*.map", "@tensorflow/tfjs-node-gpu"],
  ...["releases/*-apple-*", "releases/*-windows-*", "releases/aarch64-*"],
];

/** Packages of the first level that are not for development only, as package-lock.json has them and npm put them. */
function packages(parent: string): string[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(PROJECT, "package-lock.json"), "utf8")));
  return Object.entries(lock.packages)
    .filter(([, { dev, devOptional }]) => !dev && !devOptional)
    .map(([path]) => path)
    .filter((path) => path.lastIndexOf("node_modules/") === 0 && existsSync(join(parent, path)));
}

export async function packagesLayer(scratch: string): Promise<[Layer, string]> {
  const parent = modulesParent();
  const file = join(scratch, "packages.tar");
  const args = [
    ...["--directory", parent, ...LEFT_OUT.map((pattern) => `--exclude=${pattern}`)],
    `--transform=flags=r;s,^,${IN_IMAGE.app}/,`,
    // The binding's package has a link to libtensorflow in the cache.
    `--transform=flags=s;s,^${cacheFolder()}/,/${IN_IMAGE.cache}/,`,
  ];
  return [await makeLayer(file, [...args, ...packages(parent)]), file];
}
