/** The lowest layer: Node.js, the shared libraries that it and native packages load, a user. */
import { existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runProgram } from "../../../../runtime/components/program.js";
import { type Layer, makeLayer } from "./layer.js";
import { IN_IMAGE } from "./paths.js";

/** Only waits: the pause container of a pod. */
const SLEEP = "bin/sleep";
export const PAUSE = { Entrypoint: [`/${SLEEP}`, "infinity"] };

/** Neither root nor any user of a machine. */
export const USER = "10001:10001";
const FILES: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0::/:/\nthaw:x:10001:10001::/tmp:/\n",
  "etc/group": "root:x:0:\nthaw:x:10001:\n",
  "etc/nsswitch.conf": "hosts: files dns\n",
};
/** The C library loads these by itself to look up names. */
const NAME_SERVICES = ["/lib/x86_64-linux-gnu/libnss_files.so.2", "/lib/x86_64-linux-gnu/libnss_dns.so.2"];

/** The system's libraries that a program or library loads; those that come with it lie beside it. */
async function librariesOf(file: string): Promise<string[]> {
  const listing = await runProgram("ldd", [file]);
  return [...listing.matchAll(/(?:=> |^\s*)(\/(?:usr\/)?lib\S+)/gm)].map(([, path = ""]) => path);
}

/** @param native files with machine code that the layers above hold */
export async function systemLayer(native: readonly string[], scratch: string): Promise<[Layer, string]> {
  const root = join(scratch, "system");
  const programs = [process.execPath, `/${SLEEP}`];
  const libraries = await Promise.all([...programs, ...native].map(librariesOf));
  const copies = new Map<string, string>([
    [process.execPath, IN_IMAGE.node],
    [`/${SLEEP}`, SLEEP],
    ...[...libraries.flat(), ...NAME_SERVICES.filter(existsSync)].map((path): [string, string] => [
      path,
      path,
    ]),
  ]);
  for (const [from, to] of copies) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await copyFile(from, join(root, to));
  }
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await mkdir(join(root, "tmp"), { mode: 0o777 });
  const file = join(scratch, "system.tar");
  return [await makeLayer(file, ["--directory", root, "."]), file];
}
