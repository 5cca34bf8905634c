/** Gets one pinned wheel from PyPI with the machine's own pip. */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { childEnvironment } from "../../../spec/processes/childEnvironment.js";
import type { Report } from "../component.js";
import { requireBuild } from "../machine.js";
import type { WheelPin } from "../pins.js";
import { isMissing, missingProgram, ProgramFailed, type RunProgram, runProgram } from "../program.js";
import { checkDigest } from "./digest.js";
import { watchDownload } from "./downloadProgress.js";

/** The Python for which wheels are chosen; the user's own version does not matter, nothing is installed. */
const PYTHON_TAGS = ["--python-version", "3.11", "--implementation", "cp"];

/** pip with the user's index, proxy and certificate settings, but none that change what is downloaded. */
async function pip(args: readonly string[], scratch: string, run: RunProgram): Promise<void> {
  try {
    await run("python3", ["-m", "pip", ...args], {
      // pip downloads to the temporary folder first: on the cache's disk, where it is watched and removed.
      env: { ...childEnvironment("pip"), TMPDIR: scratch, PIP_REQUIRE_VIRTUALENV: "0" },
    });
  } catch (error) {
    const noPip = error instanceof ProgramFailed && /No module named '?pip/.test(error.output);
    if (!isMissing(error) && !noPip) throw error;
    throw missingProgram("python3 with pip", "to download packages", "python3 python3-pip", error);
  }
}

/**
 * Downloads the wheel below `scratch` and checks its digest.
 * @returns path of the wheel
 * @throws ThawError RUNTIME_MISSING (python3, pip, or no build for this machine), PROVISION_FAILED (digest)
 */
export async function downloadWheel(
  pin: WheelPin,
  scratch: string,
  report: Report,
  run: RunProgram = runProgram,
): Promise<string> {
  const { tag, sha256, bytes } = requireBuild(pin);
  const dest = join(scratch, "wheel");
  await mkdir(dest, { recursive: true });
  const what = `${pin.package}==${pin.version}`;
  const args = [
    ...["download", what, "--dest", dest, "--no-deps", "--only-binary=:all:", "--platform", tag],
    ...PYTHON_TAGS,
    ...["--disable-pip-version-check", "--no-input", "--no-cache-dir", "-q"],
  ];
  await watchDownload(pip(args, scratch, run), scratch, bytes, report);
  const [file] = await readdir(dest);
  if (file === undefined) throw new Error(`pip said that it downloaded ${what}, but there is no file`);
  await checkDigest(join(dest, file), sha256, what);
  return join(dest, file);
}
