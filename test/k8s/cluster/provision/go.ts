/** Programs that the module proxy alone has, built by the machine's Go. */
import { z } from "zod";
import { isMissing, missingProgram, runProgram } from "../../../../runtime/components/program.js";
import { ThawError } from "../../../../spec/errors.js";

export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** Its checksum, as in a go.sum; its own go.sum pins what it needs. */
  readonly sum: string;
}

const downloadSchema = z.object({ Dir: z.string(), Sum: z.string() });

export async function go(
  args: readonly string[],
  cwd: string,
  more: NodeJS.ProcessEnv = {},
): Promise<string> {
  try {
    // A build by a person's go.work or vendor folder would be of something else.
    const env = { ...process.env, GOFLAGS: "-mod=mod -trimpath", GOWORK: "off", ...more };
    return await runProgram("go", args, { cwd, env });
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw missingProgram("go", "once, to build Kubernetes for its tests", "golang", error);
  }
}

/** @returns the folder with its sources, read-only @throws ThawError PROVISION_FAILED for another checksum */
export async function goModule({ path, version, sum }: GoModule, cwd: string): Promise<string> {
  const answer = await go(["mod", "download", "-json", `${path}@v${version}`], cwd);
  const { Dir, Sum } = downloadSchema.parse(JSON.parse(answer));
  if (Sum === sum) return Dir;
  throw new ThawError("PROVISION_FAILED", `${path} v${version} has the checksum ${Sum}, not ${sum}`);
}
