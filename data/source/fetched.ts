/** Images that were fetched from a bucket or an upload: their list as a file, for the process that ingests them. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { SourceEntries } from "./entries.js";

/** @param list its entries name files on this machine */
export async function writeFetched(file: string, list: SourceEntries): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  await writeFile(part, JSON.stringify(list));
  await rename(part, file);
}

/** Reads what {@link writeFetched} wrote. */
export async function readFetched(file: string): Promise<SourceEntries> {
  return JSON.parse(await readFile(file, "utf8")) as SourceEntries;
}
