/** JSON of `thaw gc`. Public API. */
import { bytesOf, type Collected } from "../../client/gc/collect.js";
import type { JobGarbage } from "../../client/gc/runJobs.js";
import type { gcPartSchema, gcSchema } from "../../spec/schemas/cli/machine.js";
import type { Shape } from "../../spec/schemas/exact.js";
import { damagedJson } from "./damaged.js";

export type GcJson = Shape<typeof gcSchema>;
export type GcPartJson = Shape<typeof gcPartSchema>;

export function gcJson(
  { runs, manifests, objects, logs, traces, uploads, local, kept, damaged }: Collected,
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
    ...damagedJson(damaged),
  };
}
