/** The probe of a run's features, made while they are computed and kept for the recipe. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { partOf } from "../../files/parts.js";
import { isDiskFull } from "../../spec/errors.js";
import type { StageContext } from "../stages/job.js";
import type { Matrix } from "../transferability/matrix.js";
import { type Probe, scoreOf } from "../transferability/probe.js";
import { PENALTY, type ProbedImages, probeOf } from "../transferability/probed.js";
import { isKept, keepDigest } from "./kept.js";

/** Raised whenever a probe of the same features comes to something else. */
const PROBE_VERSION = 1;

type Place = Pick<StageContext, "folders" | "onProgress">;

/**
 * The probe of these features, to the bit: of this machine's earlier look at the very same ones, if there was one.
 * @param features `[images, features]` of the plain views
 */
export async function keptProbe(place: Place, probed: ProbedImages, features: Matrix): Promise<Probe> {
  const path = fileOf(place, probed, features);
  if (await isKept(path, place.onProgress)) {
    const bytes = await readFile(path);
    const data = new Float64Array(probed.images.length * probed.classes);
    if (bytes.length === data.byteLength) {
      new Uint8Array(data.buffer).set(bytes);
      return scoreOf({ rows: probed.images.length, columns: probed.classes, data }, probed);
    }
  }
  return probeOf(probed, features, (step, total) => place.onProgress({ phase: "linear probe", step, total }));
}

/** Keeps it for the recipe, which may well be computed elsewhere. */
export async function keepProbe(
  place: Place,
  probed: ProbedImages,
  features: Matrix,
  { probabilities: { data } }: Probe,
): Promise<void> {
  const path = fileOf(place, probed, features);
  const part = partOf(path);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, bytes);
    await keepDigest(path, createHash("sha256").update(bytes).digest("hex"), () => rename(part, path));
  } catch (error) {
    await rm(part, { force: true });
    // It can be done without.
    if (!isDiskFull(error)) throw error;
  }
}

/** Named by all that it depends on: whoever looks for another one does not find it. */
function fileOf(
  { folders }: Place,
  { labels, groups, folds, classes }: ProbedImages,
  features: Matrix,
): string {
  const { data } = features;
  const hash = createHash("sha256")
    .update(JSON.stringify([PROBE_VERSION, PENALTY, classes, features.columns, labels, groups, folds]))
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return join(folders.scratch, `probe-${hash.digest("hex").slice(0, 32)}.f64`);
}
