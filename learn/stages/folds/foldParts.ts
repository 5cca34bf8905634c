/** The parts of a fold, kept on this machine until the fold is done: an attempt goes on behind the last that is whole. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileDigest, lookAt } from "../../../files/intact.js";
import { partOf } from "../../../files/parts.js";
import { publishFolder } from "../../../files/publishFolder.js";
import { whileInUse } from "../../scratch/kept.js";

const MADE = "made.json";

interface Made<Summary> {
  readonly summary: Summary;
  /** Digests of the part's files, by name. */
  readonly files: Readonly<Record<string, string>>;
}

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
  const known = await readMade<Summary>(folder);
  if (known !== undefined) return known.summary;
  // An attempt that was given up for lost may go on in a worker beside this one.
  const partial = partOf(folder);
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(partial);
  const summary = await whileInUse(partial, () => make(partial));
  const names = (await readdir(partial)).sort();
  const digests = await Promise.all(names.map((name) => fileDigest(join(partial, name))));
  const made: Made<Summary> = {
    summary,
    files: Object.fromEntries(names.map((name, i) => [name, digests[i] ?? ""])),
  };
  await writeFile(join(partial, MADE), JSON.stringify(made));
  let theirs: Made<Summary> | undefined;
  const isOurs = await publishFolder(partial, folder, async () => {
    theirs = await readMade<Summary>(folder);
    return theirs !== undefined;
  });
  return isOurs ? summary : (theirs?.summary ?? summary);
}

/** Undefined where there is no part, or one that was changed. */
async function readMade<Summary>(folder: string): Promise<Made<Summary> | undefined> {
  try {
    const made = JSON.parse(await readFile(join(folder, MADE), "utf8")) as Made<Summary>;
    for (const [name, digest] of Object.entries(made.files))
      if ((await lookAt(join(folder, name), digest)) !== "intact") return undefined;
    return made;
  } catch {
    return undefined;
  }
}
