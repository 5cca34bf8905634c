/** Gets one pinned package from npm and unpacks chosen files of it. */
import { join } from "node:path";
import { childEnvironment } from "../../../spec/processes/childEnvironment.js";
import type { Report } from "../component.js";
import type { NpmPin } from "../pins.js";
import { isMissing, missingProgram, ProgramFailed, type RunProgram, runProgram } from "../program.js";
import { checkDigest } from "./digest.js";
import { watchDownload } from "./downloadProgress.js";

/** npm waits 10 s and 60 s before it tries again, which is long for a person who watches. */
const RETRY = ["--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "5000"];

/** npm's own words instead of the command line that failed. */
async function npmError(error: unknown): Promise<unknown> {
  if (isMissing(error)) return missingProgram("npm", "to download packages", "npm", error);
  if (!(error instanceof ProgramFailed)) return error;
  const { z } = await import("zod");
  const errorSchema = z.object({ error: z.object({ code: z.string(), summary: z.string() }) });
  try {
    const { code, summary } = errorSchema.parse(JSON.parse(error.output)).error;
    return new ProgramFailed("npm", `error ${code}: ${summary}`);
  } catch {
    return error;
  }
}

/**
 * Downloads the package below `scratch` and checks its digest.
 * @returns path of the tarball
 * @throws ThawError RUNTIME_MISSING (npm), PROVISION_FAILED (digest)
 */
export async function downloadTarball(
  pin: NpmPin,
  scratch: string,
  report: Report,
  run: RunProgram = runProgram,
): Promise<string> {
  const what = `${pin.package}@${pin.version}`;
  // npm's own cache would keep a second copy for good.
  const args = [
    "pack",
    what,
    "--json",
    "--silent",
    "--ignore-scripts",
    "--cache",
    join(scratch, "npm"),
    ...RETRY,
  ];
  const packed = run("npm", args, { cwd: scratch, env: childEnvironment("npm") }).catch(
    async (error: unknown) => {
      throw await npmError(error);
    },
  );
  const output = await watchDownload(packed, scratch, pin.bytes, report);
  const { z } = await import("zod");
  const [{ filename }] = z.tuple([z.object({ filename: z.string() })]).parse(JSON.parse(output));
  const file = join(scratch, filename);
  await checkDigest(file, pin.sha256, what);
  return file;
}

/** @param choose takes a path as in the package, e.g. `img/google/64/1f600.png` */
export async function unpackTarball(
  tarball: string,
  into: string,
  choose: (path: string) => boolean,
  report: Report,
): Promise<void> {
  report({ phase: "unpacking" });
  const { extract } = await import("tar");
  // npm puts everything below one folder, `package/`.
  await extract({
    file: tarball,
    cwd: into,
    strip: 1,
    filter: (path) => choose(path.replace(/^[^/]+\//, "")),
  });
}
