/** Garbage collection: finds what nothing reaches, and removes it. */
import { ThawError } from "../../spec/errors.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { ARTIFACTS_PREFIX, findManifest, OBJECTS_PREFIX, placeOf } from "../../store/artifacts/artifacts.js";
import { FRESH_MS } from "../../store/freshness.js";
import { readUploadList, UPLOADS_PREFIX } from "../../store/images/uploads.js";
import { listObjects, removeObjects, type StoredObject } from "../../store/inventory.js";
import { unlessDamaged } from "../../store/record.js";
import { LOGS_PREFIX } from "../../store/records/logs.js";
import { RUNS_PREFIX } from "../../store/records/records.js";
import type { Session } from "../session.js";
import { findGarbage, type Inventory, type StoreGarbage } from "./garbage.js";
import { heldBack } from "./heldBack.js";
import { findLocalGarbage, type LocalGarbage, removeLocal } from "./localGarbage.js";
import { findOldLogs } from "./oldLogs.js";
import { findOldTraces, TRACE_PREFIXES } from "./oldTraces.js";
import { findOldUploads } from "./oldUploads.js";
import { collectRoots } from "./roots.js";

export interface CollectOptions {
  /** Runs that started within so many days are kept. */
  readonly keepDays: number;
  /** The present. */
  readonly now: Date;
  /** Only say what would go. */
  readonly dryRun: boolean;
  readonly onProgress: (progress: {
    readonly phase: string;
    readonly step: number;
    readonly total: number;
  }) => void;
}

export interface Collected extends StoreGarbage {
  readonly local: readonly LocalGarbage[];
  /** Records that cannot be read: whatever they might refer to stays. */
  readonly damaged: readonly DamagedRecord[];
  /** How much stays in the store. */
  readonly kept: { readonly objects: number; readonly bytes: number };
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Manifests go before their data, so that a look-up in between finds an artifact whole or not at all. What a run
 * began to use meanwhile stays: the roots are read a second time before anything is removed.
 * @throws ThawError TEMPORAL_UNREACHABLE (which runs go on cannot be known), STORE_…
 */
export async function collectGarbage(session: Session, options: CollectOptions): Promise<Collected> {
  const { store, platform } = session;
  const { keepDays, now, dryRun, onProgress } = options;
  const oldest = new Date(now.getTime() - keepDays * DAY_MS);
  const fresh = new Date(now.getTime() - FRESH_MS);
  const look = (phase: string): void => onProgress({ phase, step: 0, total: 1 });

  look("listing the store");
  const inventory: Inventory = {
    manifests: (await listObjects(store, ARTIFACTS_PREFIX)).filter(({ name }) => placeOf(name) !== undefined),
    objects: await listObjects(store, OBJECTS_PREFIX),
    runs: await listObjects(store, RUNS_PREFIX),
  };
  const files = new Map<string, readonly string[]>();
  const images = new Map<string, readonly string[]>();
  /** One that is damaged is said to be each time: it holds back what goes. */
  const remembered = async (
    known: Map<string, readonly string[]>,
    name: string,
    read: () => Promise<readonly string[] | undefined>,
  ): Promise<readonly string[]> => {
    const digests = known.get(name) ?? (await read());
    if (digests !== undefined) known.set(name, digests);
    return digests ?? [];
  };
  look("following what is in use");
  const allLogs = await listObjects(store, LOGS_PREFIX);
  let allTraces: readonly StoredObject[] = [];
  let allUploads: readonly StoredObject[] = [];
  for (const prefix of TRACE_PREFIXES) {
    allTraces = [...allTraces, ...(await listObjects(store, prefix))];
  }
  const logsBefore = oldest < fresh ? oldest : fresh;
  const find = async () => {
    const roots = await collectRoots(session, oldest);
    // Listed each time: an upload that began meanwhile counts on what is there.
    allUploads = await listObjects(store, UPLOADS_PREFIX);
    const uploads = findOldUploads(allUploads, roots, oldest, fresh);
    const digests = new Set(roots.digests);
    const damaged = [...roots.damaged];
    for (const upload of uploads.kept) {
      const read = () => digestsOfUpload(session, upload, damaged);
      for (const digest of await remembered(images, upload, read)) digests.add(digest);
    }
    const filesOf = (name: string) => remembered(files, name, () => digestsIn(session, name, damaged));
    const garbage = await findGarbage(inventory, { ...roots, digests }, filesOf, fresh);
    const found = {
      uploads: uploads.gone,
      ...garbage,
      logs: findOldLogs(allLogs, roots, logsBefore),
      traces: findOldTraces(allTraces, roots, logsBefore),
    };
    return { ...heldBack(found, damaged), damaged };
  };
  const first = await find();
  const garbage = dryRun ? first : await find();
  const local = await findLocalGarbage(platform.workFolder, now);
  const going = [
    garbage.runs,
    garbage.manifests,
    garbage.uploads,
    garbage.objects,
    garbage.logs,
    garbage.traces,
  ];
  if (!dryRun) {
    const total = going.flat().length;
    let before = 0;
    for (const part of going) {
      const names = part.map(({ name }) => name);
      await removeObjects(store, names, (done) =>
        onProgress({ phase: "removing objects", step: before + done, total }),
      );
      before += names.length;
    }
    await removeLocal(local);
  }
  const { runs, manifests, objects } = inventory;
  const all = [runs, manifests, objects, allLogs, allTraces, allUploads].flat();
  const gone = going.flat();
  return {
    ...garbage,
    local,
    kept: { objects: all.length - gone.length, bytes: bytesOf(all) - bytesOf(gone) },
  };
}

export function bytesOf(objects: readonly Pick<StoredObject, "size">[]): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}

/** A list that vanished protects nothing. @returns undefined for one that cannot be read, which `damaged` gets */
async function digestsOfUpload(
  { store }: Session,
  upload: string,
  damaged: DamagedRecord[],
): Promise<readonly string[] | undefined> {
  const list = await unlessDamaged(readUploadList(store, upload), damaged).catch((error: unknown) => {
    if (error instanceof ThawError && error.code === "NOT_FOUND") return { entries: [] };
    throw error;
  });
  return list?.entries.map(({ sha256 }) => sha256);
}

/** Likewise of an artifact that stays. */
async function digestsIn(
  { store }: Session,
  name: string,
  damaged: DamagedRecord[],
): Promise<readonly string[] | undefined> {
  const place = placeOf(name);
  if (place === undefined) return [];
  const before = damaged.length;
  const manifest = await unlessDamaged(findManifest(store, place.kind, place.key), damaged);
  return damaged.length > before ? undefined : (manifest?.files ?? []).map(({ digest }) => digest);
}
