/** Why an image that somebody named is not read, in plain words. */
import { ThawError } from "../spec/errors.js";
import { NOT_REGULAR, reasonOfCode } from "../spec/images/unreadable.js";

/** @throws the error itself where it is no fault of the file */
export function whyNotRead(error: unknown): string {
  if (error instanceof ThawError && error.code === "IMAGE_UNREADABLE") return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || error instanceof ThawError) throw error;
  if (code === NOT_REGULAR) return reasonOfCode(code) as string;
  return code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
}
