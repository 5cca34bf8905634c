/** What a run has left: the artifacts of its stages, read back from the store and digested. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { getRun } from "../../client/runs/watch.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { StageSummary } from "../../spec/records/training.js";
import {
  ARTIFACTS_PREFIX,
  type ArtifactManifest,
  downloadArtifactFile,
  OBJECTS_PREFIX,
  placeOf,
  requireManifest,
} from "../../store/artifacts/artifacts.js";
import { CHECKPOINTS_PREFIX } from "../../store/checkpoints/checkpoints.js";
import { FENCES_PREFIX } from "../../store/checkpoints/fences.js";
import { patientStore, type Store } from "../../store/connection/connection.js";
import { listObjects, removeObjects } from "../../store/inventory.js";
import { listNames } from "../../store/json.js";
import { addSmallBase } from "../support/services/smallBase.js";
import { registerTinyBase } from "../support/services/stack.js";
import type { Testbed } from "./testbed.js";

export interface RunEvidence {
  readonly status: string;
  readonly failure?: string;
  /** Stages that ran, in their order. */
  readonly stages: readonly StageEvidence[];
  /** Manifests in the store, and those that no stage of the run refers to. */
  readonly manifests: number;
  readonly strangers: readonly string[];
  readonly versions: number;
}

export interface StageEvidence {
  readonly name: string;
  readonly kind: string;
  readonly seconds: number;
  /** By the file's name: SHA-256 of what the store gives. */
  readonly digests: Readonly<Record<string, string>>;
  /** Of a stage of unfreezing: whether its weights are what it trained. */
  readonly kept?: boolean;
}

const PATIENCE_MS = 60_000;

export function patientlyOf({ session }: Testbed): Store {
  return patientStore(session.store, { milliseconds: PATIENCE_MS });
}

/** Every file is read, so a digest stands for bytes. @throws ThawError ARTIFACT_CORRUPT, NOT_FOUND */
export async function evidenceOf(testbed: Testbed, runId: string): Promise<RunEvidence> {
  const store = patientlyOf(testbed);
  const { status, failure, stages, result } = await getRun(testbed.session, runId);
  const found: StageEvidence[] = [];
  const known = new Set<string>();
  for (const { name, artifact, seconds = 0 } of stages) {
    if (artifact === undefined) continue;
    known.add(`${artifact.kind}/${artifact.key}`);
    const recorded = result?.artifacts[name];
    if (result !== undefined && recorded?.digest !== artifact.digest)
      throw new Error(`the run's record and its state differ in the artifact of ${name}`);
    const { files, summary } = await readBack(store, testbed, artifact);
    const kept = artifact.kind === "tune" ? { kept: (summary as StageSummary).kept } : {};
    const digests = Object.fromEntries(files.map((file) => [file.name, file.digest]));
    found.push({ name, kind: artifact.kind, seconds, digests, ...kept });
  }
  const manifests = await listNames(store, ARTIFACTS_PREFIX);
  const strangers = manifests.filter((name) => {
    const place = placeOf(name);
    return place === undefined || !known.has(`${place.kind}/${place.key}`);
  });
  const versions = (await listNames(store, "models/")).filter((name) => /\/v\d+\.json$/.test(name)).length;
  return {
    status,
    ...(failure === undefined ? {} : { failure: failure.message }),
    ...{ stages: found, manifests: manifests.length, strangers, versions },
  };
}

/** Downloads every file, which checks its digest. */
async function readBack(store: Store, { folder }: Testbed, ref: ArtifactRef): Promise<ArtifactManifest> {
  const manifest = await requireManifest(store, ref);
  const copies = await mkdtemp(join(folder, "read-back-"));
  try {
    for (const { name } of manifest.files)
      await downloadArtifactFile(store, manifest, name, join(copies, name));
  } finally {
    await rm(copies, { recursive: true, force: true });
  }
  return manifest;
}

export interface Leftovers {
  readonly checkpoints: readonly string[];
  /** Claims on stages; they stay until garbage collection by design. */
  readonly claims: number;
  /** Folders of attempts that were killed; garbage collection removes them after a day. */
  readonly attempts: number;
}

export async function leftoversOf(testbed: Testbed): Promise<Leftovers> {
  const store = patientlyOf(testbed);
  return {
    checkpoints: await listNames(store, CHECKPOINTS_PREFIX),
    claims: (await listNames(store, FENCES_PREFIX)).length,
    attempts: (await readdir(join(workFolder(testbed), "attempts")).catch(() => [])).length,
  };
}

/** Makes the next run compute everything again. @param base of that run */
export async function forgetRuns(testbed: Testbed, base: "small" | "tiny"): Promise<void> {
  const store = patientlyOf(testbed);
  for (const prefix of [ARTIFACTS_PREFIX, OBJECTS_PREFIX, "models/", FENCES_PREFIX, CHECKPOINTS_PREFIX]) {
    const objects = await listObjects(store, prefix);
    await removeObjects(
      store,
      objects.map(({ name }) => name),
    );
  }
  // Bases are no run's, but their data lie among theirs.
  if (base === "small") await addSmallBase(store);
  else await registerTinyBase({ session: { ...testbed.session, store }, folder: testbed.folder });
  for (const work of [workFolder(testbed), join(testbed.folder, "other-machine", ".thaw", "work")])
    for (const part of ["artifacts", "scratch", "attempts"])
      await rm(join(work, part), { recursive: true, force: true });
}

const workFolder = ({ session }: Testbed): string => session.platform.workFolder;
