/** Single files of the store on this machine, fetched once: of bases, of models, and of what they were tuned on. */
import { basename, join } from "node:path";
import { lookAt } from "../../files/intact.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import { ThawError } from "../../spec/errors.js";
import type { Store } from "../connection/connection.js";
import { type ArtifactManifest, downloadObject, requireManifest } from "./artifacts.js";

/** Where a file lies whose content has that digest; `thaw gc` knows how long to keep it. */
export const baseFileIn = (workFolder: string, digest: string): string => join(workFolder, "bases", digest);

/** Is told a sentence for each copy that is fetched anew, because it was changed on this machine. */
export type Told = (sentence: string) => void;

/**
 * Fetches what is not there, or not what its digest says.
 * @param what for messages: what the file is
 * @throws ThawError NOT_FOUND when it was deleted from the store, ARTIFACT_CORRUPT, DISK_FULL, STORE_UNREACHABLE
 */
export async function fetchUnlessIntact(
  store: Store,
  digest: string,
  what: string,
  path: string,
  told: Told,
): Promise<void> {
  const found = await lookAt(path, digest);
  if (found === "intact") return;
  if (found === "changed") told(changedSentence(what, path));
  await downloadObject(store, digest, what, path);
}

/** What is said of a copy that does not match its digest. */
export function changedSentence(what: string, path: string): string {
  return `the copy of ${what} on this machine (${path}) was changed after it was written: it is fetched anew`;
}

/**
 * @returns path of the artifact's file of that name
 * @throws ThawError NOT_FOUND when the artifact was deleted from the store, ARTIFACT_CORRUPT, STORE_UNREACHABLE
 */
export async function localArtifactFile(
  store: Store,
  workFolder: string,
  artifact: ArtifactRef,
  name: string,
  told: Told,
): Promise<string> {
  const file = await fileOf(store, artifact, name);
  const path = baseFileIn(workFolder, file.digest);
  await fetchUnlessIntact(store, file.digest, `${name} of the ${artifact.kind} artifact`, path, told);
  return path;
}

/**
 * Like {@link localArtifactFile}, in a folder named by the digest of the artifact.
 * @param folder where such folders lie
 */
export async function localModelFile(
  store: Store,
  folder: string,
  artifact: ArtifactRef,
  name: string,
  told: Told,
): Promise<string> {
  return fetchedModelFile(store, folder, artifact, await fileOf(store, artifact, name), told);
}

/** As {@link localModelFile}, of a file that the artifact's manifest is known to have. */
export async function fetchedModelFile(
  store: Store,
  folder: string,
  artifact: ArtifactRef,
  { name, digest }: ArtifactManifest["files"][number],
  told: Told,
): Promise<string> {
  const path = join(folder, artifact.digest, basename(name));
  await fetchUnlessIntact(store, digest, `${name} of the ${artifact.kind} artifact`, path, told);
  return path;
}

async function fileOf(store: Store, artifact: ArtifactRef, name: string) {
  const { files } = await requireManifest(store, artifact);
  const file = files.find((candidate) => candidate.name === name);
  if (file !== undefined) return file;
  throw new ThawError("NOT_FOUND", `the ${artifact.kind} artifact has no file ${name}`, {
    hint: `it has: ${files.map((candidate) => candidate.name).join(", ")}`,
  });
}
