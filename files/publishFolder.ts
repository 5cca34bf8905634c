/** Gives folders that are whole their names, where others may be doing the same at the same time. */
import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";

/** What `rename` says of a folder that is there and not empty. */
const THERE: ReadonlySet<string | undefined> = new Set(["ENOTEMPTY", "EEXIST"]);

/**
 * Renames `from` to `to`, on the same disk. What is there already stays where it is whole, for somebody may be reading it, and
 * `from` is removed then; else it makes room.
 * @param isWhole whether what is there is what it should be
 * @returns whether it is `from` that is there now
 */
export async function publishFolder(
  from: string,
  to: string,
  isWhole: () => Promise<boolean>,
): Promise<boolean> {
  for (;;) {
    try {
      await rename(from, to);
      return true;
    } catch (error) {
      if (!THERE.has((error as NodeJS.ErrnoException).code)) throw error;
    }
    if (await isWhole()) {
      await rm(from, { recursive: true, force: true });
      return false;
    }
    const aside = `${to}.${randomUUID()}.part`;
    // Whoever looks at the same time has moved it, and may have put another one there.
    await rename(to, aside).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rm(aside, { recursive: true, force: true });
  }
}
