/** A disk without room, told with the place and with what was being written. */
import { isDiskFull, ThawError } from "../errors.js";

/**
 * Runs what writes to a folder.
 * @param what does not fit, e.g. `a checkpoint`
 * @throws ThawError DISK_FULL in place of the system's error; every other error as it is
 */
export async function fitting<T>(what: string, folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new ThawError("DISK_FULL", `the disk of ${folder} is full: ${what} does not fit`, {
      hint: "free some space on it; `thaw gc` removes what no run needs any more",
      cause: error,
    });
  }
}
