/** Folders in the scratch that somebody works with: those who tidy it up see that by their time. */
import { utimes } from "node:fs/promises";

/** Far less than the ten minutes after which one counts as left behind (`activities/heavy/scratch.ts`). */
const TOUCH_MS = 60_000;

/** Renews the folder's time until the work is over. */
export async function whileInUse<Result>(
  folder: string,
  work: () => Promise<Result>,
  touchMs = TOUCH_MS,
): Promise<Result> {
  const touch = (): void => {
    const now = new Date();
    // It is renamed in the end.
    utimes(folder, now, now).catch(() => undefined);
  };
  const timer = setInterval(touch, touchMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
