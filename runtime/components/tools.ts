/** What provisioning itself needs of the machine: Node.js, Python with pip, a compiler, room on the disk. */
import { statfs } from "node:fs/promises";
import { makeFolder } from "../../files/makeFolder.js";
import { cacheFolder } from "../cacheFolder.js";
import type { Located } from "./component.js";
import { machine, pinnedBuild } from "./machine.js";
import { isAtLeast, versionIn } from "./onPath.js";
import { LIBTENSORFLOW } from "./pins.js";
import { runProgram } from "./program.js";

/** One line of `thaw doctor`. */
export interface ComponentStatus {
  readonly name: string;
  /** What it is for, in one line. */
  readonly purpose: string;
  readonly found?: Omit<Located, "name">;
  readonly problem?: string;
  /** The command that mends it. */
  readonly fix?: string;
}

/** The same range as `engines` in package.json, which a test compares. */
export const NODE_RANGE = { oldest: "20.9", below: "27" };
/** Peak of a cold provision of everything, measured: 1.2 GB; a full disk hurts more than a careful figure. */
const ROOM_BYTES = 2e9;

function inspectNode(): ComponentStatus {
  const version = process.versions.node;
  const status = {
    name: "node",
    purpose: "runs thaw",
    found: { path: process.execPath, version, from: "PATH" as const },
  };
  const { oldest, below } = NODE_RANGE;
  if (isAtLeast(version, oldest) && !isAtLeast(version, below)) return status;
  return {
    ...status,
    problem: `thaw runs on Node.js ${oldest} to below ${below}`,
    fix: "install Node.js 24 or 26",
  };
}

/** Speaks up only where there is nothing to provision from. */
function inspectMachine(): ComponentStatus[] {
  if (pinnedBuild(LIBTENSORFLOW) !== undefined) return [];
  const builds = Object.keys(LIBTENSORFLOW.builds).join(" or ");
  const line = { name: "machine", purpose: "decides which builds of TensorFlow and the servers fit" };
  return [{ ...line, problem: `there are no builds for ${machine}`, fix: `run thaw on ${builds}` }];
}

/** @param needed whether its absence is a problem now */
async function inspectProgram(
  line: { readonly name: string; readonly purpose: string },
  command: readonly [string, ...string[]],
  packages: string,
  needed: boolean,
): Promise<ComponentStatus> {
  const [program, ...args] = command;
  const version = versionIn(await runProgram(program, args).catch(() => ""));
  if (version !== undefined) return { ...line, found: { path: program, version, from: "PATH" } };
  if (!needed) return line;
  return { ...line, problem: "not found", fix: `sudo apt-get install ${packages}` };
}

async function inspectRoom(needed: boolean): Promise<ComponentStatus> {
  const cache = cacheFolder();
  const line = { name: "cache folder", purpose: "holds what was provisioned" };
  try {
    await makeFolder(cache);
    const { bavail, bsize } = await statfs(cache);
    const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
    const status = { ...line, found: { path: cache, version: free, from: "cache" as const } };
    if (!needed || bavail * bsize >= ROOM_BYTES) return status;
    return { ...status, problem: "provisioning needs 2 GB", fix: "free some space, or set THAW_CACHE" };
  } catch (error) {
    return {
      ...line,
      problem: `${cache}: ${error instanceof Error ? error.message : error}`,
      fix: "set THAW_CACHE",
    };
  }
}

/** @param incomplete whether some component has yet to be provisioned */
export async function inspectTools(incomplete: boolean): Promise<readonly ComponentStatus[]> {
  const pip = { name: "python3 with pip", purpose: "downloads packages at set-up; not used afterwards" };
  const compiler = { name: "g++", purpose: "compiles the binding at set-up; not used afterwards" };
  const lines = await Promise.all([
    inspectNode(),
    inspectProgram(pip, ["python3", "-m", "pip", "--version"], "python3 python3-pip", incomplete),
    inspectProgram(compiler, ["g++", "--version"], "g++", incomplete),
    inspectRoom(incomplete),
  ]);
  return [...inspectMachine(), ...lines];
}
