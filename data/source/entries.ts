/** Labelled images as a folder or a manifest names them, before any of them is opened. */

import type { ListedObject } from "../../spec/images/objects.js";
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { Split } from "../../spec/records/dataset.js";

export interface SourceEntry {
  /** Relative to the source folder, with forward slashes, or as written in the manifest. Unique. */
  readonly path: string;
  /** Absolute path of the file, or the address of the object. */
  readonly file: string;
  readonly label: string;
  /** The user's own group. */
  readonly group?: string;
  /** Either all entries have one or none. */
  readonly split?: Split;
  /** Line of the manifest, from 1. */
  readonly line?: number;
  /** Of an image in a bucket. */
  readonly object?: ListedObject;
  /** SHA-256 of the bytes, hex, where it is known without reading them. */
  readonly sha256?: string;
  /** Why its bytes stayed where it was uploaded from: it is no image. */
  readonly leftOut?: string;
}

export interface SourceEntries {
  /** Absolute path of the folder or the manifest, or its address in a bucket. */
  readonly source: string;
  /** Absolute path without links of the folder that no file may lie outside of; absent where they may. */
  readonly within?: string;
  /** Names of the classes, sorted by code unit; there are at least two. */
  readonly classes: readonly string[];
  /** Sorted by path, by code unit. */
  readonly entries: readonly SourceEntry[];
  /** Files of a folder that were passed over, with the reason. */
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
}

/** The one order of files in this project: by code unit of their path, the same on every system and locale. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

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
