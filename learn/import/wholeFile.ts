/** Opens files of weights that come from elsewhere: regular files only, and of a size that can be read. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { ThawError } from "../../spec/errors.js";

/** What Node reads at once; the networks that thaw trains have a hundredth of it. */
export const MOST_BYTES = 2 ** 31 - 1;

/** Close it when done. @throws ThawError by `invalid` for a folder, a pipe or a device */
export async function openRegular(path: string, invalid: (what: string) => ThawError): Promise<FileHandle> {
  // A pipe would keep us waiting for somebody who writes.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw invalid("it is no regular file");
}

/**
 * @param most bytes that it may have, fewer than 2 GiB where others have been read with it
 * @throws ThawError by `invalid` as {@link openRegular}, and for a larger file
 */
export async function readWhole(
  path: string,
  invalid: (what: string) => ThawError,
  most = MOST_BYTES,
): Promise<Buffer> {
  const file = await openRegular(path, invalid);
  try {
    if ((await file.stat()).size > most)
      throw invalid(`${most === MOST_BYTES ? "it has" : "with what belongs to it, it has"} 2 GiB or more`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
