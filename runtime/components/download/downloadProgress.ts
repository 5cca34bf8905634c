/** The share of a download that is done, seen from the size of the file that another program writes. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../component.js";

const POLL_MS = 250;
const MEGABYTE = 1e6;

async function largestFile(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = names.map(async (name) => {
    const found = await stat(join(folder, name));
    return found.isFile() ? found.size : 0;
  });
  return Math.max(0, ...(await Promise.all(sizes)));
}

/** Awaits `download`, which writes somewhere below `folder`, and reports how far it has come. */
export async function watchDownload<T>(
  download: Promise<T>,
  folder: string,
  bytes: number,
  report: Report,
): Promise<T> {
  const detail = `${Math.round(bytes / MEGABYTE)} MB`;
  report({ phase: "downloading", fraction: 0, detail });
  let done = false;
  const timer = setInterval(async () => {
    // The downloader moves and deletes its files while we look: such a look says nothing.
    const size = await largestFile(folder).catch(() => undefined);
    if (size !== undefined && !done) {
      report({ phase: "downloading", fraction: Math.min(1, size / bytes), detail });
    }
  }, POLL_MS);
  try {
    return await download;
  } finally {
    done = true;
    clearInterval(timer);
  }
}
