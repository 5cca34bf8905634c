/** What went wrong while provisioning, as an error that a person can act on. */
import { ThawError } from "../../spec/errors.js";
import { ProgramFailed } from "./program.js";

/** Full disk or exhausted quota, as the system names it and as pip, npm, g++ and ld print it. */
const DISK_FULL = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;
/** The system's words for a folder that cannot be written. */
const NOT_WRITABLE = /\b(EACCES|EPERM|EROFS|ENOTDIR)\b/;
/** pip's warning on each failed connection (its last line then only says that nothing matches), npm's codes. */
const NO_CONNECTION = /Retrying \(Retry|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT/;

/** @param cache the cache folder, named when its disk is full */
export function provisionError(error: unknown, name: string, cache: string): ThawError {
  if (error instanceof ThawError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const output = error instanceof ProgramFailed ? error.output : message;
  if (DISK_FULL.test(output)) {
    return new ThawError("DISK_FULL", `the disk of the cache folder ${cache} is full; ${name} does not fit`, {
      hint: "free about 2 GB there, or point THAW_CACHE at a folder on another disk",
      cause: error,
    });
  }
  const failed = (reason: string, hint: string): ThawError =>
    new ThawError("PROVISION_FAILED", `${name} could not be provisioned: ${reason}`, { hint, cause: error });
  if (NOT_WRITABLE.test(message)) {
    return failed(message, "make that folder writable, or point THAW_CACHE at one that is");
  }
  if (NO_CONNECTION.test(output)) {
    const hint =
      "check the network and the settings for proxies and mirrors (pip config list, npm config list)";
    return failed(`no connection to the package registry (${message})`, hint);
  }
  return failed(message, "run it again; nothing half-done was left behind");
}
