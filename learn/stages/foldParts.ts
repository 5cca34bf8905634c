/** The parts of a fold, kept on this machine until the fold is done: an attempt goes on behind the last that is whole. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const SUMMARY = "part.json";

/**
 * Folder for the parts of a fold with these settings.
 * @param settings everything that decides the parts' numbers besides what the scratch folder stands for
 */
export function partsFolder(scratch: string, fold: string, settings: unknown): string {
  const digest = createHash("sha256").update(JSON.stringify(settings)).digest("hex");
  return join(scratch, `${fold}-parts-${digest.slice(0, 16)}`);
}

/**
 * What an earlier attempt has said of the part, or what `make` says now. The folder with the part's files appears whole.
 * @param make writes the files to the folder that it is given
 */
export async function onceMade<Summary>(
  folder: string,
  make: (out: string) => Promise<Summary>,
): Promise<Summary> {
  const known = await readFile(join(folder, SUMMARY), "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as Summary;
  const partial = `${folder}.part`;
  await mkdir(dirname(folder), { recursive: true });
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  const summary = await make(partial);
  await writeFile(join(partial, SUMMARY), JSON.stringify(summary));
  await rename(partial, folder);
  return summary;
}
