/** JSON of `thaw gc`. Public API. */
import { bytesOf, type Collected } from "../../client/gc/collect.js";
import type { JobGarbage } from "../../client/gc/runJobs.js";

export interface GcJson {
  /** False after `--dry-run`: nothing was removed. */
  readonly removed: boolean;
  readonly runs: readonly string[];
  readonly artifacts: GcPartJson;
  readonly objects: GcPartJson;
  /** Of runs that are not kept any more. */
  readonly logs: GcPartJson;
  /** Checkpoints, claims and commands of old runs. */
  readonly traces: GcPartJson;
  /** Lists of uploaded images that no run refers to any more. */
  readonly uploads: GcPartJson;
  /** On this machine. */
  readonly local: GcPartJson & { readonly paths: readonly string[] };
  /** With `--kubernetes`: Jobs whose runs are over, and those of unknown runs, which stay. */
  readonly jobs?: JobGarbage;
  /** What stays in the store. */
  readonly kept: GcPartJson;
}

export interface GcPartJson {
  readonly count: number;
  readonly bytes: number;
}

export function gcJson(
  { runs, manifests, objects, logs, traces, uploads, local, kept }: Collected,
  jobs: JobGarbage | undefined,
  dryRun: boolean,
): GcJson {
  return {
    removed: !dryRun,
    runs: runs.map(({ name }) => name.replace(/^runs\/|\.json$/g, "")),
    artifacts: { count: manifests.length, bytes: bytesOf(manifests) },
    objects: { count: objects.length, bytes: bytesOf(objects) },
    logs: { count: logs.length, bytes: bytesOf(logs) },
    traces: { count: traces.length, bytes: bytesOf(traces) },
    uploads: { count: uploads.length, bytes: bytesOf(uploads) },
    local: { count: local.length, bytes: bytesOf(local), paths: local.map(({ path }) => path) },
    ...(jobs === undefined ? {} : { jobs }),
    kept: { count: kept.objects, bytes: kept.bytes },
  };
}
