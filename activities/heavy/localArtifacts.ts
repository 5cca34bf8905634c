/** Artifacts as local folders, fetched from the store once and kept for the stages that follow. */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ArtifactManifest, downloadArtifactFile } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";

function folderOf(workFolder: string, digest: string): string {
  return join(workFolder, "artifacts", digest);
}

async function isComplete(folder: string, manifest: ArtifactManifest): Promise<boolean> {
  const sizes = await Promise.all(
    manifest.files.map((file) =>
      stat(join(folder, file.name)).then(
        (found) => found.size === file.size,
        () => false,
      ),
    ),
  );
  return sizes.length > 0 && sizes.every(Boolean);
}

/** An empty folder of its own for one attempt at a stage. */
export async function newWorkFolder(workFolder: string, stage: string): Promise<string> {
  const parent = join(workFolder, "attempts");
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, `${stage}-`));
}

/**
 * The folder with the artifact's files. Their digests are checked as they are fetched; a folder appears
 * only once it is complete.
 * @param onFile called before each file is fetched
 */
export async function localArtifact(
  store: Store,
  workFolder: string,
  manifest: ArtifactManifest,
  onFile: (name: string) => void,
): Promise<string> {
  const folder = folderOf(workFolder, manifest.digest);
  if (await isComplete(folder, manifest)) return folder;
  const partial = await newWorkFolder(workFolder, "fetch");
  try {
    for (const file of manifest.files) {
      onFile(file.name);
      await downloadArtifactFile(store, manifest, file.name, join(partial, file.name));
    }
    await adopt(partial, folder);
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
  await adopt(made, folderOf(workFolder, manifest.digest));
}

async function adopt(from: string, to: string): Promise<void> {
  await mkdir(join(to, ".."), { recursive: true });
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}
