/** `thaw lineage`: what something was made of, and what was made of it. Reads the store alone. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type CanonicalOptions, decodeImage } from "../../data/image/decode.js";
import { withImageFile } from "../../data/image/imageFile.js";
import { perceptualHash } from "../../data/image/phash.js";
import { ThawError } from "../../spec/errors.js";
import type { LineageNode } from "../../spec/lineageTree.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { type ArtifactManifest, findManifest } from "../../store/artifacts/artifacts.js";
import { requireBucket, type Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listModels } from "../../store/records/records.js";
import { resolveModel, resolveRunRecord } from "../models/reference.js";
import { digestIn, lineageOfDigest } from "./digest.js";
import { downOfRun, downOfVersion } from "./down.js";
import { findIn, imagesOf } from "./images.js";
import { labelOf, readRecords, type StoreRecords } from "./records.js";
import { upOfRun, upOfVersion } from "./up.js";

export interface Lineage {
  readonly subject: Pick<LineageNode, "name" | "digest" | "text"> & {
    readonly kind: "model" | "run" | "digest" | "image";
  };
  /** What it was made of. */
  readonly up: readonly LineageNode[];
  /** What was made of it; of a digest or an image, where it is. */
  readonly down: readonly LineageNode[];
  readonly damaged: readonly DamagedRecord[];
}

/**
 * @param ref a model, version or alias; a run that ended well; a digest or its beginning; the path of an image on this machine. Where it
 *   may be several of them, the first in this order
 * @throws ThawError NOT_FOUND with what there is, IMAGE_UNREADABLE, ARTIFACT_CORRUPT, STORE_…
 */
export async function lineage(store: Store, ref: string): Promise<Lineage> {
  await requireBucket(store);
  const [name = ""] = ref.split("@");
  if ((await listModels(store)).includes(name)) return ofModel(store, ref);
  const run = await resolveRunRecord(store, ref).catch(unlessUnknown);
  if (!(run instanceof ThawError)) {
    const records = await withReport(store, await readRecords(store, "datasets"), run.artifacts.report?.key);
    const { damaged } = records;
    return {
      subject: { kind: "run", name: run.runId },
      up: upOfRun(records, run),
      down: downOfRun(records, run),
      damaged,
    };
  }
  const prefix = digestIn(ref);
  if (prefix !== undefined) {
    const records = await readRecords(store, "all");
    const damaged = [...records.damaged];
    const found = await lineageOfDigest(store, records, prefix, damaged);
    if (found !== undefined)
      return {
        subject: { kind: "digest", name: found.digest, digest: found.digest },
        up: found.up,
        down: found.down,
        damaged,
      };
  }
  if (await isFile(ref)) return ofImage(store, resolve(ref));
  throw new ThawError(
    "NOT_FOUND",
    `"${ref}" is no model, no run that ended well, no digest in the store and no file`,
    {
      hint: run.hint ?? "`thaw models` and `thaw runs` list what there is",
    },
  );
}

async function ofModel(store: Store, ref: string): Promise<Lineage> {
  const version = await resolveModel(store, ref);
  const read = await readRecords(store, "datasets");
  const records = await withReport(store, read, read.runs.get(version.runId)?.artifacts.report?.key);
  return {
    subject: {
      kind: "model",
      name: labelOf(version),
      digest: version.weights.digest,
      text: "the digest of its weights",
    },
    up: upOfVersion(records, version),
    down: downOfVersion(records, version),
    damaged: records.damaged,
  };
}

/** With the manifest that knows the run file. */
async function withReport(
  store: Store,
  records: StoreRecords,
  key: string | undefined,
): Promise<StoreRecords> {
  if (key === undefined) return records;
  const damaged = [...records.damaged];
  const report = await unlessDamaged(findManifest(store, "report", key), damaged);
  const manifests = report === undefined ? records.manifests : new Map([...records.manifests, [key, report]]);
  return { ...records, manifests, damaged };
}

async function ofImage(store: Store, path: string): Promise<Lineage> {
  const records = await readRecords(store, "datasets");
  const damaged = [...records.damaged];
  return withImageFile(path, undefined, async (bytes) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const look = looksOf(bytes);
    const down: LineageNode[] = [];
    let unreadable: string | undefined;
    for (const manifest of records.manifests.values()) {
      if (manifest.kind !== "ingest") continue;
      const phash = await look(manifest).catch((error: unknown) => {
        if (!(error instanceof ThawError && error.code === "IMAGE_UNREADABLE")) throw error;
        unreadable = error.message;
        return undefined;
      });
      const wanted = {
        sha256: (digest: string) => digest === sha256,
        ...(phash === undefined ? {} : { phash }),
      };
      down.push(...findIn(records, manifest, await imagesOf(store, manifest, damaged), wanted));
    }
    const text = unreadable === undefined ? {} : { text: `found by its bytes alone: ${unreadable}` };
    return { subject: { kind: "image", name: path, digest: sha256, ...text }, up: [], down, damaged };
  });
}

/** Perceptual hashes of the image as each dataset treats its own; those that treat it alike share one. */
function looksOf(bytes: Buffer): (manifest: ArtifactManifest) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return ({ parameters: { background, keep_short_side } }) => {
    const place = JSON.stringify([background, keep_short_side]);
    const options = { background, keepShortSide: keep_short_side } as CanonicalOptions;
    const hash = known.get(place) ?? decodeImage(bytes, options).then(({ pixels }) => perceptualHash(pixels));
    known.set(place, hash);
    return hash;
  };
}

function unlessUnknown(error: unknown): ThawError {
  if (error instanceof ThawError && error.code === "NOT_FOUND") return error;
  throw error;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
