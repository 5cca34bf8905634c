/** How `data.path` is read: what its folders mean, and whether it may lead out of itself. */

export const FOLDER_READINGS = ["classes", "splits"] as const;
export type FolderReading = (typeof FOLDER_READINGS)[number];

export const OUTSIDE_READINGS = ["refuse", "allow"] as const;
export type OutsideReading = (typeof OUTSIDE_READINGS)[number];

/** What the run file's `data` says of reading. */
export interface SourceReading {
  /** What folders mean; found out without it. */
  readonly folders?: FolderReading | undefined;
  /** Whether images may lie outside of the folder; without it, and in runs from before it, they may not. */
  readonly outside?: OutsideReading | undefined;
}

/** How a run's images are read, where they are. */
export function readingOf({ data: { folders, outside } }: { readonly data: SourceReading }): SourceReading {
  return { folders, outside };
}
