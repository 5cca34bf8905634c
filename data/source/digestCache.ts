/** Remembers the SHA-256 of files by path, size and time of change, in a JSON file that several processes share. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** By absolute path: size in bytes, time of last change in milliseconds, SHA-256 in hex. */
const cacheSchema = z.record(z.string(), z.tuple([z.number(), z.number(), z.string().length(64)]));
export type KnownDigests = Map<string, readonly [size: number, mtimeMs: number, sha256: string]>;

/** What the file remembers; nothing when it is missing or damaged, since everything in it can be computed again. */
export async function readKnownDigests(cacheFile: string): Promise<KnownDigests> {
  try {
    return new Map(Object.entries(cacheSchema.parse(JSON.parse(await readFile(cacheFile, "utf8")))));
  } catch {
    return new Map();
  }
}

/**
 * Adds to the file what was found, and forgets `gone`. The file is replaced in one step: readers see the old one or
 * the new one. Of two processes that write at the same moment the later wins; the other's files are read once more.
 */
export async function addKnownDigests(
  cacheFile: string,
  found: KnownDigests,
  gone: readonly string[],
): Promise<void> {
  const known = await readKnownDigests(cacheFile);
  for (const file of gone) known.delete(file);
  for (const [file, entry] of found) known.set(file, entry);
  await mkdir(dirname(cacheFile), { recursive: true });
  const part = `${cacheFile}.${randomUUID()}.part`;
  try {
    await writeFile(part, JSON.stringify(Object.fromEntries(known)));
    await rename(part, cacheFile);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
