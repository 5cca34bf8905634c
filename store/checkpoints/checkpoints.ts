/**
 * Checkpoints of a run's stage: `checkpoints/STAGEKEY/RUN/`, first the data by fence and digest, then a manifest
 * by fence and sequence number. They lie apart from the artifacts' data, so that they can be removed at once.
 */
import { createReadStream } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileDigest } from "../../files/intact.js";
import { fitting } from "../../spec/engine/diskFull.js";
import { type CheckpointIdentity, type WrittenCheckpoint, whyOtherBits } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import { type CheckpointManifest, checkpointManifestSchema } from "../../spec/schemas/store/checkpoint.js";
import { canonicalJson, sha256 } from "../artifacts/keys.js";
import { isMissing, type Store, storeCall } from "../connection/connection.js";
import { removeObjects } from "../inventory.js";
import { listNames, putJsonOnce } from "../json.js";
import { readRecord, unlessDamaged } from "../record.js";
import { type Fence, isFenced, padded } from "./fences.js";

/** The newest may be torn by whatever ended its attempt; then there is the one before. */
const KEPT = 2;

/** Under it lie the checkpoints: `STAGEKEY/RUN/…`. */
export const CHECKPOINTS_PREFIX = "checkpoints/";
const stagePrefix = (stageKey: string): string => `${CHECKPOINTS_PREFIX}${stageKey}/`;
const runPrefix = (stageKey: string, run: string): string => `${stagePrefix(stageKey)}${run}/`;
const MANIFEST = /\/([^/]+)\/(\d+)-(\d+)\.json$/;

interface Named {
  readonly name: string;
  readonly run: string;
}

interface StoredCheckpoint {
  readonly bytes: number;
  /** The rest was there. */
  readonly sent: number;
}

/**
 * Uploads a checkpoint and proves it; then those before the last one are removed. Data that the attempt has uploaded
 * before, like best weights that stay the best, are not sent again.
 * @param sequence grows within the attempt
 * @returns its size, and what of it was sent
 * @throws ThawError FENCED when a later attempt has begun
 */
export async function storeCheckpoint(
  store: Store,
  fence: Fence,
  sequence: number,
  identity: CheckpointIdentity,
  { folder, position, steered }: Omit<WrittenCheckpoint, "seconds">,
): Promise<StoredCheckpoint> {
  const { stageKey, run, number } = fence;
  let [bytes, sent] = [0, 0];
  const files: CheckpointManifest["files"] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const [digest, { size }] = await Promise.all([fileDigest(path), stat(path)]);
    files.push({ name, digest, size });
    bytes += size;
    if (await hasData(store, dataName(fence, digest), size)) continue;
    await storeCall(store, `storing ${name} of a checkpoint`, () =>
      store.client.putObject(store.bucket, dataName(fence, digest), createReadStream(path), size),
    );
    sent += size;
  }
  await requireUnfenced(store, fence);
  const createdAt = new Date().toISOString();
  const content = { run, fence: number, sequence, identity, position, steered, files, createdAt };
  const name = `${runPrefix(stageKey, run)}${padded(number)}-${padded(sequence)}.json`;
  await putJsonOnce(store, name, { ...content, digest: sha256(canonicalJson(content)) });
  const whole = await Promise.all(
    files.map(({ digest, size }) => hasData(store, dataName(fence, digest), size)),
  );
  if (whole.every(Boolean)) await removeOlder(store, fence);
  return { bytes, sent };
}

/** @throws ThawError FENCED when a later attempt of the run has begun */
export async function requireUnfenced(store: Store, fence: Fence): Promise<void> {
  if (!(await isFenced(store, fence))) return;
  throw new ThawError("FENCED", "this attempt at the stage gives way: a later one has begun");
}

const dataName = ({ stageKey, run, number }: Fence, digest: string): string =>
  `${runPrefix(stageKey, run)}${padded(number)}-${digest}`;

async function hasData(store: Store, name: string, size: number): Promise<boolean> {
  return storeCall(store, `checking ${name}`, async () => {
    try {
      return (await store.client.statObject(store.bucket, name)).size === size;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  });
}

/** Leaves the two newest manifests with their data, and everything of later attempts. */
async function removeOlder(store: Store, { stageKey, run, number }: Fence): Promise<void> {
  const prefix = runPrefix(stageKey, run);
  const own = (await listNames(store, prefix)).filter(
    (name) => Number.parseInt(name.slice(prefix.length), 10) <= number,
  );
  const manifests = own.filter((name) => MANIFEST.test(name));
  const kept = manifests.slice(-KEPT);
  const used = new Set(kept);
  for (const name of kept) {
    const manifest = await unlessDamaged(readManifest(store, name), []);
    for (const { digest } of manifest?.files ?? [])
      used.add(dataName({ stageKey, run, number: manifest?.fence ?? number }, digest));
  }
  // Manifests go first: what they name must be there while they are.
  const gone = own.filter((name) => !used.has(name));
  await removeObjects(
    store,
    gone.filter((name) => MANIFEST.test(name)),
  );
  await removeObjects(
    store,
    gone.filter((name) => !MANIFEST.test(name)),
  );
}

/** @throws ThawError ARTIFACT_CORRUPT */
async function readManifest(store: Store, name: string): Promise<CheckpointManifest | undefined> {
  return readRecord(store, name, {
    schema: checkpointManifestSchema,
    what: "its manifest",
    remedy: "the stage goes on from another checkpoint, or begins anew",
    fault: ({ digest, ...content }) =>
      sha256(canonicalJson(content)) === digest ? undefined : "it does not match its own digest",
  });
}

/** A checkpoint in a local folder. */
export interface FetchedCheckpoint {
  readonly folder: string;
  readonly position: CheckpointManifest["position"];
}

/**
 * Fetches the newest whole checkpoint of the run's stage; if the run has none, that of another run with the same
 * stage, unless somebody had steered it.
 * @param refuse is given a sentence for each checkpoint that is passed over
 */
export async function fetchCheckpoint(
  store: Store,
  stageKey: string,
  run: string,
  identity: CheckpointIdentity,
  destination: string,
  refuse: (sentence: string) => void,
): Promise<FetchedCheckpoint | undefined> {
  for (const { name, run: owner } of await candidates(store, stageKey, run)) {
    try {
      const manifest = await usable(store, name, owner === run, identity);
      const folder = join(destination, padded(manifest.fence));
      await download(store, stageKey, manifest, folder);
      return { folder, position: manifest.position };
    } catch (error) {
      if (!(error instanceof ThawError) || error.code !== "ARTIFACT_CORRUPT") throw error;
      refuse(`the checkpoint ${name.slice(stagePrefix(stageKey).length)} is not used: ${error.message}`);
    }
  }
  return undefined;
}

/** Names of manifests, best first: the run's own, newest first, then those of others. */
async function candidates(store: Store, stageKey: string, run: string): Promise<Named[]> {
  const names = await listNames(store, stagePrefix(stageKey));
  const named = names.flatMap((name): Named[] => {
    const [, owner] = MANIFEST.exec(name) ?? [];
    return owner === undefined ? [] : [{ name, run: owner }];
  });
  const newestFirst = named.reverse();
  return [
    ...newestFirst.filter((candidate) => candidate.run === run),
    ...newestFirst.filter((candidate) => candidate.run !== run),
  ];
}

async function usable(
  store: Store,
  name: string,
  own: boolean,
  identity: CheckpointIdentity,
): Promise<CheckpointManifest> {
  const manifest = await readManifest(store, name);
  if (manifest === undefined) throw corrupt("its manifest is gone");
  if (!own && manifest.steered) throw corrupt("somebody changed the settings of that run");
  const why = whyOtherBits(manifest.identity, identity);
  if (why !== undefined) throw corrupt(why);
  return manifest;
}

async function download(
  store: Store,
  stageKey: string,
  { run, fence, files }: CheckpointManifest,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, digest } of files) {
    const source = dataName({ stageKey, run, number: fence }, digest);
    const bytes = await storeCall(store, `reading ${name} of a checkpoint`, () => readAll(store, source));
    if (bytes === undefined) throw corrupt(`${name} is missing`);
    if (sha256(bytes) !== digest) throw corrupt(`${name} is damaged`);
    await fitting("a checkpoint", folder, () => writeFile(join(folder, name), bytes));
  }
}

async function readAll(store: Store, name: string): Promise<Buffer | undefined> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await store.client.getObject(store.bucket, name)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Removes the run's checkpoints of a stage whose artifact is committed. */
export async function removeCheckpoints(store: Store, stageKey: string, run: string): Promise<void> {
  const names = await listNames(store, runPrefix(stageKey, run));
  // Manifests go first: what they name must be there while they are.
  const isManifest = (name: string): boolean => MANIFEST.test(name);
  await removeObjects(store, names.filter(isManifest));
  await removeObjects(
    store,
    names.filter((name) => !isManifest(name)),
  );
}

function corrupt(why: string): ThawError {
  return new ThawError("ARTIFACT_CORRUPT", why);
}
