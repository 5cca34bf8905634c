/** Several files of one network: the one that the user names, and those that it names, beside it. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ThawError } from "../../spec/errors.js";
import type { Store } from "../../store/connection/connection.js";
import {
  DEFAULT_MOST_BYTES,
  type FetchOptions,
  isRemote,
  type LocalCheckpoint,
  openCheckpoint,
} from "./checkpointSource.js";

/** Call `dispose` when done: it removes what was downloaded. */
export interface OpenedTogether {
  /** @returns the path on this machine @throws ThawError as {@link openCheckpoint} */
  open(address: string): Promise<string>;
  dispose(): Promise<void>;
}

/** One limit for all of them, and one word on where they come from. */
export function openTogether(store: Store, options: FetchOptions): OpenedTogether {
  const opened: LocalCheckpoint[] = [];
  let left = options.maxBytes ?? DEFAULT_MOST_BYTES;
  return {
    open: async (address) => {
      const { onNotice, sha256, ...more } = options;
      const file = await openCheckpoint(store, address, {
        ...(opened.length === 0 ? options : more),
        maxBytes: left,
      });
      opened.push(file);
      if (isRemote(address)) left -= (await stat(file.path)).size;
      return file.path;
    },
    dispose: async () => {
      for (const file of opened) await file.dispose();
    },
  };
}

/** @param path relative, without `..`: whoever read it has seen to that */
export function beside(file: string, path: string): string {
  if (/^https?:/i.test(file)) return new URL(path.split("/").map(encodeURIComponent).join("/"), file).href;
  if (isRemote(file)) return file.slice(0, file.lastIndexOf("/") + 1) + path;
  return join(file, "..", path);
}

export function isMissing(error: unknown): error is ThawError {
  return error instanceof ThawError && error.code === "DATA_NOT_FOUND";
}
