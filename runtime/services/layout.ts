/** The folder `.thaw/` of a project: what lies where. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ThawError, toThawError } from "../../spec/errors.js";
import { STATE_FOLDER } from "../projectFolder.js";
import type { ServiceName } from "./names.js";

export interface Layout {
  readonly projectFolder: string;
  /** `PROJECT/.thaw`. */
  readonly state: string;
  /** Ports, credentials and process ids of the embedded services. */
  readonly record: string;
  /** What the supervisor is to run. */
  readonly plan: string;
  /** Held while `up` or `down` is at work. */
  readonly lock: string;
  readonly temporalDatabase: string;
  readonly storeData: string;
  readonly logs: string;
  /** Files that can be fetched or computed again. */
  readonly work: string;
}

/** @param projectFolder absolute path */
export function layoutOf(projectFolder: string): Layout {
  const state = join(projectFolder, STATE_FOLDER);
  return {
    projectFolder,
    state,
    record: join(state, "services.json"),
    plan: join(state, "supervisor.json"),
    lock: join(state, "lock"),
    temporalDatabase: join(state, "data", "temporal.db"),
    storeData: join(state, "data", "s3"),
    logs: join(state, "logs"),
    work: join(state, "work"),
  };
}

export function logFileOf(layout: Layout, service: ServiceName | "supervisor"): string {
  return join(layout.logs, `${service}.log`);
}

/**
 * Makes the folders, and a `.gitignore` that keeps all of them out of the user's repository.
 * @throws ThawError USAGE when the project folder is missing or not writable; DISK_FULL
 */
export function makeFolders(layout: Layout): void {
  try {
    // Not recursive: a misspelt project folder is an error, not a new folder.
    ignoreExisting(() => mkdirSync(layout.state, { mode: 0o700 }));
    closeToOthers(layout.state);
    for (const folder of [layout.storeData, layout.logs, layout.work]) mkdirSync(folder, { recursive: true });
    ignoreExisting(() => writeFileSync(join(layout.state, ".gitignore"), "*\n", { flag: "wx" }));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if ((code === "EACCES" || code === "EPERM") && ownerOf(layout.state) !== undefined) {
      throw foreignProject(layout, error);
    }
    if (code === "ENOENT" || code === "EACCES" || code === "EROFS" || code === "ENOTDIR") {
      throw new ThawError("USAGE", `cannot make ${layout.state}: ${(error as Error).message}`, {
        hint: "name an existing, writable project folder",
        cause: error,
      });
    }
    throw toThawError(error, "USAGE");
  }
}

/** A folder that was there already, out of an archive for instance, may be open to everybody. */
function closeToOthers(folder: string): void {
  const { mode, uid } = statSync(folder);
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) chmodSync(folder, 0o700);
}

function ignoreExisting(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** For an error that the system's rights gave. */
export function foreignProject({ projectFolder, state }: Layout, cause: unknown): ThawError {
  const owner = ownerOf(state);
  const isForeign = owner !== undefined && owner !== process.getuid?.();
  return new ThawError(
    "USAGE",
    isForeign
      ? `the project ${projectFolder} belongs to another user: ${state} is of user ${owner}, and you are ${process.getuid?.()}`
      : `${state} cannot be used: ${(cause as Error).message}`,
    {
      hint: isForeign
        ? "take a project folder of your own (--project, THAW_PROJECT), or let its owner run thaw"
        : `mend the rights: chmod -R u+rwX ${state}`,
      cause,
    },
  );
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.uid;
  } catch {
    return undefined;
  }
}
