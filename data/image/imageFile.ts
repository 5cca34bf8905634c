/** Reads image files whole, as many at a time as memory allows. */
import { ThawError } from "../../spec/errors.js";
import { MAX_IMAGE_BYTES, reasonOfCode, TOO_LARGE } from "../../spec/images/unreadable.js";
import { openRegular, readOpened } from "../source/openFile.js";
import { createBudget } from "./budget.js";

/** Bytes of files that are held at a time, in this process: four of usual size, or the largest allowed one. */
const files = createBudget(MAX_IMAGE_BYTES);

/**
 * Hands `work` the file's bytes, which count until it is done.
 * @param within a folder without links in its path, that the file may not lie outside of
 * @throws ThawError IMAGE_UNREADABLE for too many bytes; errors as `openRegular`; those of `work`
 */
export async function withImageFile<Result>(
  path: string,
  within: string | undefined,
  work: (bytes: Buffer) => Promise<Result>,
): Promise<Result> {
  const opened = await openRegular(path, within);
  if (opened.size > MAX_IMAGE_BYTES) {
    await opened.handle.close();
    throw new ThawError("IMAGE_UNREADABLE", reasonOfCode(TOO_LARGE) as string);
  }
  return files.spend(opened.size, async () => work(await readOpened(opened)));
}
