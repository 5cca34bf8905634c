/** Which files of a source are left out before anything is read of them. */
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { SourceEntry } from "./entries.js";

/**
 * @param digest of the file's bytes, or the mark of one that cannot be read; undefined where nothing is known of them yet
 * @returns the reason; undefined for a file that is to be read. Where there is one, also a file that can be read by now
 *   stays out: the source's identity says that it is not among the images
 */
export function whyLeftOut(
  { leftOut }: Pick<SourceEntry, "leftOut">,
  digest: string | undefined,
): string | undefined {
  return leftOut ?? whyUnreadable(digest);
}
