/** The packs of a dataset, open for reading: of very many a few at once, because a system's limit of open files is often 1,024. */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

/** 16 GB of images; views are read in the order of the images, and so are packs. */
const MOST_OPEN = 64;

export interface OpenPacks {
  /** @returns undefined where the dataset has no such pack, or was closed */
  descriptorOf(name: string): number | undefined;
  close(): void;
}

/**
 * As many as may be are opened at once: what is open can be read even where its file is taken away meanwhile.
 * @param names of all packs
 * @throws Error of the system where one of those cannot be opened
 */
export function openPacks(folder: string, names: readonly string[], most = MOST_OPEN): OpenPacks {
  const known = new Set(names);
  /** The one that was read last comes last. */
  const open = new Map<string, number>();
  const close = (name: string, descriptor: number): void => {
    open.delete(name);
    closeSync(descriptor);
  };
  const opened = (name: string): number => {
    const descriptor = openSync(join(folder, name), "r");
    open.set(name, descriptor);
    return descriptor;
  };
  const closeAll = (): void => {
    known.clear();
    for (const [name, descriptor] of open) close(name, descriptor);
  };
  try {
    names.slice(0, most).forEach(opened);
  } catch (error) {
    closeAll();
    throw error;
  }
  return {
    descriptorOf: (name) => {
      if (!known.has(name)) return undefined;
      const descriptor = open.get(name);
      if (descriptor !== undefined) {
        open.delete(name);
        open.set(name, descriptor);
        return descriptor;
      }
      for (const [oldest, other] of open) {
        if (open.size < most) break;
        close(oldest, other);
      }
      return opened(name);
    },
    close: closeAll,
  };
}
