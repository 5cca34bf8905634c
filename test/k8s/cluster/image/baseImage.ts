/**
 * What changes seldom in the image – Node.js, TensorFlow, packages – as a containerd folder in which it has been
 * unpacked already. A cluster starts from links to these files: importing them would take half a minute each time.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { cacheFolder } from "../../../../runtime/cacheFolder.js";
import { provideCached } from "../../../../runtime/components/cache.js";
import type { Recipe } from "../../../../runtime/components/component.js";
import { packageFolder } from "../../../../runtime/components/download/nodePackage.js";
import { runProgram } from "../../../../runtime/components/program.js";
import { PAUSE_IMAGE, startContainerd } from "../containerd.js";
import type { Programs } from "../provision/programs.js";
import type { Layer } from "./layer.js";
import { writeImage } from "./ociLayout.js";
import { packagesLayer } from "./packagesLayer.js";
import { PROJECT } from "./paths.js";
import { PAUSE, systemLayer } from "./systemLayer.js";
import { tensorflowLayer, workerFolders } from "./tensorflowLayer.js";

/** Raised when the layers' making changes. */
const FORMAT = 2;
const NAME = "test-image-base";
const LAYERS = "layers.json";
const layersSchema = z.array(z.object({ digest: z.string(), size: z.number() }));

/** The libraries of `sharp`, which load others of the system. */
function imageLibraries(): string[] {
  const folders = [`@img/sharp-libvips-linux-${process.arch}`, `@img/sharp-linux-${process.arch}`];
  return folders.flatMap((name) => {
    // They export no package.json, so that `packageFolder` does not find them.
    const folder = join(packageFolder("@tensorflow/tfjs-node"), "..", "..", name, "lib");
    return readdirSync(folder)
      .filter((file) => /\.(so|node)/.test(file))
      .map((file) => join(folder, file));
  });
}

function native(): string[] {
  return [
    ...imageLibraries(),
    join(packageFolder("@temporalio/core-bridge"), "releases", "x86_64-unknown-linux-gnu", "index.node"),
    join(packageFolder("@tensorflow/tfjs-node"), "lib", "napi-v8", "tfjs_binding.node"),
    process.execPath,
  ];
}

async function build(
  programs: Programs,
  folders: readonly string[],
  into: string,
  scratch: string,
): Promise<void> {
  const made = [
    await systemLayer(native(), scratch),
    await tensorflowLayer(folders, scratch),
    await packagesLayer(scratch),
  ];
  const layers = made.map(([layer]) => layer);
  const containerd = await startContainerd(programs, "containerd-of-base", join(into, "containerd"), scratch);
  try {
    const images = [
      { name: `thaw.test/base:${FORMAT}`, layers, config: {} },
      { name: PAUSE_IMAGE, layers: layers.slice(0, 1), config: PAUSE },
    ];
    for (const image of images) {
      const wanted = made.filter(([layer]) => image.layers.includes(layer));
      const files = Object.fromEntries(wanted.map(([{ digest }, file]) => [digest, file]));
      await containerd.ctr("images", "import", await writeImage(image, files, scratch));
    }
  } finally {
    await containerd.daemon.stop();
  }
  await writeFile(join(into, LAYERS), JSON.stringify(layers));
}

async function recipe(programs: Programs): Promise<Recipe<typeof NAME>> {
  const folders = await workerFolders();
  const inputs = [FORMAT, process.version, folders, readFileSync(join(PROJECT, "package-lock.json"), "utf8")];
  const sha256 = createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
  return {
    name: NAME,
    version: String(FORMAT),
    folder: `${NAME}-${sha256.slice(0, 12)}`,
    entry: "",
    sha256,
    build: (into, scratch) => build(programs, folders, into, scratch),
  };
}

/** Of those for earlier states of the project, which take 2 GB each, one is kept: branches are switched. */
async function removeOld(current: string): Promise<void> {
  const names = (await readdir(cacheFolder())).filter((name) => name.startsWith(`${NAME}-`));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, used: (await stat(join(cacheFolder(), name))).mtimeMs })),
  );
  const old = aged.filter(({ name }) => name !== current).sort((a, b) => b.used - a.used);
  for (const { name } of old.slice(1)) await rm(join(cacheFolder(), name), { recursive: true });
}

/** A copy that shares the files of images, which nobody writes, but not containerd's databases. */
async function copyRoot(from: string, to: string): Promise<void> {
  await runProgram("cp", ["--archive", "--link", from, to]);
  const files = await readdir(from, { recursive: true });
  for (const file of files.filter((name) => /^[^/]+\/(?:meta|metadata)\.db$/.test(name))) {
    await rm(join(to, file));
    await copyFile(join(from, file), join(to, file));
  }
}

/**
 * Makes a folder for containerd that holds the base; built first if the cache does not have it.
 * @param root must not exist, and lie on the cache's disk
 * @returns the base's layers
 */
export async function unpackBase(programs: Programs, root: string): Promise<readonly Layer[]> {
  const wanted = await recipe(programs);
  const { path } = await provideCached(wanted, () => undefined);
  await copyRoot(join(path, "containerd"), root);
  const now = new Date();
  await utimes(path, now, now);
  await removeOld(wanted.folder);
  return layersSchema.parse(JSON.parse(await readFile(join(path, LAYERS), "utf8")));
}
