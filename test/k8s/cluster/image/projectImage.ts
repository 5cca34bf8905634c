/** The image of the project as it has been compiled: the base and one small layer with `dist/`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Containerd } from "../containerd.js";
import { type Layer, makeLayer } from "./layer.js";
import { writeImage } from "./ociLayout.js";
import { IN_IMAGE, PROJECT } from "./paths.js";
import { USER } from "./systemLayer.js";

const CONFIG = {
  Entrypoint: [`/${IN_IMAGE.node}`],
  WorkingDir: `/${IN_IMAGE.app}`,
  Env: ["PATH=/usr/local/bin:/bin", `THAW_CACHE=/${IN_IMAGE.cache}`, "NODE_ENV=production"],
  User: USER,
};

const LEFT_OUT = ["dist/test", "dist/bench", "dist/.*"].map((pattern) => `--exclude=${pattern}`);

/**
 * Makes the image and imports it into a containerd that has the base.
 * @returns its name, with a tag that is a digest of what it holds
 */
export async function importProjectImage(
  containerd: Containerd,
  base: readonly Layer[],
  scratch: string,
): Promise<string> {
  await mkdir(scratch, { recursive: true });
  const file = join(scratch, "app.tar");
  const into = `--transform=flags=r;s,^,${IN_IMAGE.app}/,`;
  const app = await makeLayer(file, ["--directory", PROJECT, into, ...LEFT_OUT, "dist", "package.json"]);
  const name = `thaw.test/thaw:${app.digest.slice(0, 12)}`;
  const archive = await writeImage(
    { name, layers: [...base, app], config: CONFIG },
    { [app.digest]: file },
    scratch,
  );
  await containerd.ctr("images", "import", archive);
  return name;
}
