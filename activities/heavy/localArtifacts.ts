/** Artifacts as local folders, fetched from the store once and kept for the stages that follow. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { lookAt, noteIntact } from "../../files/intact.js";
import { publishFolder } from "../../files/publishFolder.js";
import { type ArtifactManifest, downloadArtifactFile } from "../../store/artifacts/artifacts.js";
import { changedSentence, type Told } from "../../store/artifacts/localFile.js";
import type { Store } from "../../store/connection/connection.js";

function folderOf(workFolder: string, digest: string): string {
  return join(workFolder, "artifacts", digest);
}

/** Whether every file is there and is what its digest says. */
async function isComplete(folder: string, { kind, files }: ArtifactManifest, told: Told): Promise<boolean> {
  for (const { name, digest } of files) {
    const path = join(folder, name);
    const found = await lookAt(path, digest);
    if (found === "changed") told(changedSentence(`${name} of the ${kind} artifact`, path));
    if (found !== "intact") return false;
  }
  return files.length > 0;
}

/** An empty folder of its own for one attempt at a stage. */
export async function newWorkFolder(workFolder: string, stage: string): Promise<string> {
  const parent = join(workFolder, "attempts");
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, `${stage}-`));
}

/** The folder with the artifact's files, if they are on this machine already. */
export async function keptArtifact(
  workFolder: string,
  manifest: ArtifactManifest,
): Promise<string | undefined> {
  const folder = folderOf(workFolder, manifest.digest);
  return (await isComplete(folder, manifest, () => undefined)) ? folder : undefined;
}

/**
 * The folder with the artifact's files. Their digests are checked as they are fetched; a folder appears
 * only once it is complete.
 * @param onFile called before each file is fetched
 * @param told when it was there and is fetched anew
 */
export async function localArtifact(
  store: Store,
  workFolder: string,
  manifest: ArtifactManifest,
  onFile: (name: string) => void,
  told: Told,
): Promise<string> {
  const folder = folderOf(workFolder, manifest.digest);
  if (await isComplete(folder, manifest, told)) return folder;
  const partial = await newWorkFolder(workFolder, "fetch");
  try {
    for (const file of manifest.files) {
      onFile(file.name);
      await downloadArtifactFile(store, manifest, file.name, join(partial, file.name));
    }
    await adopt(partial, folder, manifest);
    return folder;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Makes the folder that an attempt wrote the local copy of the artifact that it has just committed. */
export async function keepLocally(
  workFolder: string,
  manifest: ArtifactManifest,
  made: string,
): Promise<void> {
  await adopt(made, folderOf(workFolder, manifest.digest), manifest);
}

/** Their digests were taken as they were fetched or committed. */
async function adopt(from: string, to: string, manifest: ArtifactManifest): Promise<void> {
  const { files } = manifest;
  await mkdir(join(to, ".."), { recursive: true });
  await publishFolder(from, to, () => isComplete(to, manifest, () => undefined));
  for (const { name, digest } of files) await noteIntact(join(to, name), digest);
}
