/** How the folders of `data.path` are read. */

export const FOLDER_READINGS = ["classes", "splits"] as const;
export type FolderReading = (typeof FOLDER_READINGS)[number];
