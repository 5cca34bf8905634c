/** Images that were fetched from a bucket or an upload: their list as a file, for the process that ingests them. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { SourceEntries, SourceEntry } from "./entries.js";
import { jsonLines, readLines } from "./lines.js";

/**
 * Of JSON lines: all but the images, then one of them each.
 * @param list its entries name files on this machine
 */
export async function writeFetched(file: string, { entries, ...source }: SourceEntries): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  await writeFile(part, linesOf(source, entries));
  await rename(part, file);
}

function* linesOf(source: Omit<SourceEntries, "entries">, entries: Iterable<SourceEntry>): Generator<string> {
  yield* jsonLines([source]);
  yield* jsonLines(entries);
}

/** Reads what {@link writeFetched} wrote. */
export async function readFetched(file: string): Promise<SourceEntries> {
  let source: Omit<SourceEntries, "entries"> | undefined;
  const entries: SourceEntry[] = [];
  for await (const lines of readLines(file, Number.POSITIVE_INFINITY)) {
    for (const line of lines) {
      if (source === undefined) source = JSON.parse(line) as Omit<SourceEntries, "entries">;
      else entries.push(JSON.parse(line) as SourceEntry);
    }
  }
  if (source === undefined) throw new Error(`${file} is empty`);
  return { ...source, entries };
}
