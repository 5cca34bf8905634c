/** Uploaded images that no run refers to any more. */

import { uploadOf } from "../../store/images/uploads.js";
import type { StoredObject } from "../../store/inventory.js";
import { startOfRun } from "../runs/id.js";
import type { Roots } from "./roots.js";

export interface OldUploads {
  /** Objects under `uploads/`. */
  readonly gone: readonly StoredObject[];
  /** Digests of the uploads that stay. */
  readonly kept: ReadonlySet<string>;
}

/**
 * @param objects all objects under `uploads/`
 * @param oldest uploads of runs that started later stay, also when the run failed: it can be resumed
 * @param fresh uploads that were written to after it stay: their run may be about to start
 */
export function findOldUploads(
  objects: readonly StoredObject[],
  { runs }: Pick<Roots, "runs">,
  oldest: Date,
  fresh: Date,
): OldUploads {
  const kept = new Set<string>();
  for (const { name, modified } of objects) {
    const { digest, runId } = uploadOf(name) ?? {};
    if (digest === undefined) continue;
    const started = runId === undefined ? undefined : startOfRun(runId);
    const isRecent = started !== undefined && started >= oldest;
    if (modified >= fresh || isRecent || (runId !== undefined && runs.has(runId))) kept.add(digest);
  }
  const gone = objects.filter(({ name }) => {
    const upload = uploadOf(name);
    return upload !== undefined && !kept.has(upload.digest);
  });
  return { gone, kept };
}
