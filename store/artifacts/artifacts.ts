/** Artifacts: content-addressed data objects first, then one manifest that makes them exist. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileDigest, noteIntact } from "../../files/intact.js";
import { makeFolder } from "../../files/makeFolder.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { StoredFile } from "../../spec/base.js";
import { fitting } from "../../spec/engine/diskFull.js";
import { ThawError } from "../../spec/errors.js";
import type { Usage } from "../../spec/records/usage.js";
import { fileNameSchema } from "../../spec/schemas/parts.js";
import { type ArtifactManifest, artifactManifestSchema } from "../../spec/schemas/store/artifact.js";
import { isMissing, type Store, storeCall } from "../connection/connection.js";
import { REWRITE_MS } from "../freshness.js";
import { readRecord, writeRecordOnce } from "../record.js";
import { writeStream } from "../writeStream.js";
import { artifactKey, canonicalJson, sha256 } from "./keys.js";

export type { ArtifactManifest } from "../../spec/schemas/store/artifact.js";

export function refOf(manifest: ArtifactManifest): ArtifactRef {
  return { kind: manifest.kind, key: manifest.key, digest: manifest.digest };
}

/** Under it lie the manifests. */
export const ARTIFACTS_PREFIX = "artifacts/";
/** Under it lie the data, by digest. */
export const OBJECTS_PREFIX = "objects/";

/** Where an artifact's manifest lies in the bucket. */
export function manifestName(kind: string, key: string): string {
  return `${ARTIFACTS_PREFIX}${kind}/${key}/manifest.json`;
}

/** Kind and key of the artifact whose manifest has that name; undefined for other names. */
export function placeOf(name: string): { readonly kind: string; readonly key: string } | undefined {
  const [, kind, key] = /^artifacts\/([^/]+)\/([0-9a-f]{64})\/manifest\.json$/.exec(name) ?? [];
  return kind === undefined || key === undefined ? undefined : { kind, key };
}

/** Where data of that digest lie in the bucket. */
export function objectName(digest: string): string {
  return `${OBJECTS_PREFIX}${digest.slice(0, 2)}/${digest}`;
}

/**
 * The manifest of an artifact, or undefined when no such artifact was committed.
 * @throws ThawError ARTIFACT_CORRUPT when it is there but does not match its own digest.
 */
export async function findManifest(
  store: Store,
  kind: string,
  key: string,
): Promise<ArtifactManifest | undefined> {
  return readRecord(store, manifestName(kind, key), {
    schema: artifactManifestSchema,
    what: `the manifest of the artifact ${kind} ${key.slice(0, 12)}`,
    remedy: "remove it; the stage will run again",
    fault: (manifest) => manifestFault(manifest, kind, key),
  });
}

/** Of a manifest of the right shape. Its digest is over what the artifact holds, its key over what it was made of. */
function manifestFault(manifest: ArtifactManifest, kind: string, key: string): string | undefined {
  const { codeVersion, seal } = manifest;
  if (manifest.kind !== kind || manifest.key !== key)
    return `it is of ${manifest.kind} ${manifest.key.slice(0, 12)}`;
  if (manifestDigest(manifest) !== manifest.digest) return "it does not match its own digest";
  if (codeVersion === undefined) return undefined;
  if (artifactKey({ ...manifest, codeVersion }) !== key)
    return "its key is not that of its parameters, inputs and engine";
  return seal === undefined ? "its seal is missing" : undefined;
}

/** Like {@link findManifest}, for an artifact that must be there. */
export async function requireManifest(store: Store, ref: ArtifactRef): Promise<ArtifactManifest> {
  const manifest = await findManifest(store, ref.kind, ref.key);
  if (manifest === undefined || manifest.digest !== ref.digest) {
    throw new ThawError("NOT_FOUND", `the ${ref.kind} artifact ${ref.key.slice(0, 12)} is not in the store`, {
      hint: "it was deleted or replaced; start the run again and it will be made anew",
    });
  }
  return manifest;
}

/** Whether every data object of the artifact is there with the right size. */
export async function artifactIsWhole(store: Store, manifest: ArtifactManifest): Promise<boolean> {
  const present = await Promise.all(
    manifest.files.map((file) =>
      storeCall(store, `checking ${file.name}`, async () => {
        try {
          const found = await store.client.statObject(store.bucket, objectName(file.digest));
          return found.size === file.size;
        } catch (error) {
          if (isMissing(error)) return false;
          throw error;
        }
      }),
    ),
  );
  return present.every(Boolean);
}

function manifestDigest(manifest: Pick<ArtifactManifest, "files" | "summary">): string {
  const files = manifest.files.map(({ name, digest }) => [name, digest]);
  return sha256(canonicalJson({ files, summary: manifest.summary }));
}

export interface NewArtifact {
  readonly kind: string;
  readonly key: string;
  /** With it the key is that of {@link artifactKey}, which readers check. */
  readonly codeVersion?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly summary: unknown;
  readonly engine: string | null;
  readonly seconds: number;
  readonly usage?: Usage;
  /** Local path of each file, by its name in the artifact. */
  readonly files: Readonly<Record<string, string>>;
  /** Called as bytes have been stored. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Uploads the files that the store does not have and then commits the manifest by a conditional put:
 * of several attempts at the same key exactly one wins, and all of them get the winner's manifest.
 * @returns the committed manifest, and whether it is this call's
 */
export async function commitArtifact(
  store: Store,
  artifact: NewArtifact,
): Promise<{ readonly manifest: ArtifactManifest; readonly won: boolean }> {
  const entries = Object.entries(artifact.files).sort(([a], [b]) => (a < b ? -1 : 1));
  const sizes = await Promise.all(entries.map(async ([, path]) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  const files: ArtifactManifest["files"] = [];
  for (const [index, [name, path]] of entries.entries()) {
    const digest = await fileDigest(path);
    const size = sizes[index] ?? 0;
    // What could not be read back must not be committed.
    fileNameSchema.parse(name);
    await putObjectOnce(store, digest, size, path);
    files.push({ name, digest, size });
    done += size;
    artifact.onProgress?.(done, total);
  }
  // A manifest is read back as JSON, so its digest is taken over what JSON can carry.
  const summary: unknown = JSON.parse(JSON.stringify(artifact.summary ?? null));
  const parameters = JSON.parse(JSON.stringify(artifact.parameters)) as Record<string, unknown>;
  const manifest: ArtifactManifest = {
    kind: artifact.kind,
    key: artifact.key,
    digest: manifestDigest({ files, summary }),
    files,
    ...(artifact.codeVersion === undefined ? {} : { codeVersion: artifact.codeVersion }),
    parameters,
    inputs: { ...artifact.inputs },
    summary,
    engine: artifact.engine,
    createdAt: new Date().toISOString(),
    seconds: artifact.seconds,
    ...(artifact.usage === undefined ? {} : { usage: artifact.usage }),
  };
  const name = manifestName(artifact.kind, artifact.key);
  const written = await writeRecordOnce(store, name, manifest);
  if (written !== undefined) return { manifest: written, won: true };
  const winner = await findManifest(store, artifact.kind, artifact.key);
  if (winner === undefined) {
    throw new ThawError(
      "STORE_UNREACHABLE",
      `the manifest of the ${artifact.kind} artifact vanished while it was committed`,
    );
  }
  // An answer that was lost: the put was repeated, and lost against itself.
  const isOurs = winner.digest === manifest.digest && winner.createdAt === manifest.createdAt;
  return { manifest: winner, won: isOurs };
}

/** Stores a file under its digest, unless it is there. */
export async function storeFile(store: Store, path: string): Promise<StoredFile> {
  const [digest, { size }] = await Promise.all([fileDigest(path), stat(path)]);
  await putObjectOnce(store, digest, size, path);
  return { digest, size };
}

async function putObjectOnce(store: Store, digest: string, size: number, path: string): Promise<void> {
  const name = objectName(digest);
  await storeCall(store, `storing ${path}`, async () => {
    try {
      const found = await store.client.statObject(store.bucket, name);
      if (found.size === size && Date.now() - found.lastModified.getTime() < REWRITE_MS) return;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    await store.client.putObject(store.bucket, name, createReadStream(path), size);
  });
}

function fileOf(manifest: ArtifactManifest, name: string): ArtifactManifest["files"][number] {
  const file = manifest.files.find((candidate) => candidate.name === name);
  if (file !== undefined) return file;
  throw new ThawError("NOT_FOUND", `the ${manifest.kind} artifact has no file ${name}`, {
    hint: `it has: ${manifest.files.map((candidate) => candidate.name).join(", ")}`,
  });
}

/** Downloads one file of an artifact to `destination`, atomically, and checks its digest on the way. */
export async function downloadArtifactFile(
  store: Store,
  manifest: ArtifactManifest,
  name: string,
  destination: string,
): Promise<void> {
  const { digest } = fileOf(manifest, name);
  await downloadObject(store, digest, `${name} of the ${manifest.kind} artifact`, destination);
}

/**
 * Downloads the object with that digest to `destination`, atomically, and checks the digest on the way.
 * @param what for messages: what the object is
 */
export async function downloadObject(
  store: Store,
  digest: string,
  what: string,
  destination: string,
): Promise<void> {
  // Workers in pods of their own have the same process id.
  const partial = `${destination}.${randomUUID()}.part`;
  await makeFolder(dirname(destination));
  try {
    await storeCall(store, `reading ${what}`, async () => {
      const hash = createHash("sha256");
      await fitting(what, dirname(destination), () =>
        writeStream(
          () => openObject(store, digest, what),
          partial,
          (chunk) => hash.update(chunk),
        ),
      );
      verify(hash.digest("hex"), digest, what);
    });
    await rename(partial, destination);
    await noteIntact(destination, digest);
  } finally {
    await rm(partial, { force: true });
  }
}

/** One file of an artifact in memory, its digest checked. For small files; packs are downloaded instead. */
export async function readArtifactFile(
  store: Store,
  manifest: ArtifactManifest,
  name: string,
): Promise<Buffer> {
  const file = fileOf(manifest, name);
  return storeCall(store, `reading ${name}`, async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of await openObject(store, file.digest, name)) chunks.push(chunk as Buffer);
    const data = Buffer.concat(chunks);
    verify(sha256(data), file.digest, `${name} of the ${manifest.kind} artifact`);
    return data;
  });
}

/** For messages about what an artifact's file says. */
export function describeFile({ kind, key }: ArtifactManifest, name: string): string {
  return `${name} of the ${kind} artifact (${manifestName(kind, key)})`;
}

async function openObject(store: Store, digest: string, name: string) {
  try {
    return await store.client.getObject(store.bucket, objectName(digest));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ThawError("NOT_FOUND", `the data of ${name} (${digest.slice(0, 12)}) is not in the store`, {
      hint: "it was deleted by hand; start the run again and the stage will be made anew",
    });
  }
}

function verify(actual: string, expected: string, what: string): void {
  if (actual === expected) return;
  throw new ThawError(
    "ARTIFACT_CORRUPT",
    `${what} does not match its digest: ${actual.slice(0, 12)} instead of ${expected.slice(0, 12)}`,
  );
}

/** Forgets a manifest whose data objects are gone, so that the stage can be committed again. */
export async function dropManifest(store: Store, kind: string, key: string): Promise<void> {
  await storeCall(store, `removing the manifest of ${kind}`, () =>
    store.client.removeObject(store.bucket, manifestName(kind, key)),
  );
}

/**
 * A stretch of one file, for looking at single images without fetching their pack. A range cannot be
 * checked against the file's digest: use it for pictures, never for training.
 */
export async function readArtifactRange(
  store: Store,
  manifest: ArtifactManifest,
  name: string,
  offset: number,
  length: number,
): Promise<Buffer> {
  const file = fileOf(manifest, name);
  return storeCall(store, `reading ${name}`, async () => {
    const chunks: Buffer[] = [];
    const source = await store.client.getPartialObject(store.bucket, objectName(file.digest), offset, length);
    for await (const chunk of source) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  });
}
