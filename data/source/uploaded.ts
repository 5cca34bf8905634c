/** The list of an upload as a source: the same images, of which none is a file on this machine. */
import type { UploadList } from "../../spec/schemas/store/upload.js";
import type { SourceEntries } from "./entries.js";

export function entriesOfUpload({ entries, ...source }: UploadList): SourceEntries {
  return { ...source, entries: entries.map(({ size: _size, ...entry }) => ({ ...entry, file: entry.path })) };
}
