/** What this machine's training worker has to itself. */
import { availableParallelism } from "node:os";
import { type Resources, resourcesSchema } from "../spec/records/usage.js";

/**
 * A pod of a run is told what it asked for (`k8s/job/manifest.ts`). Elsewhere it is the machine's processors, and the one
 * GPU that the engine computes on where it is a GPU's.
 */
export function workerResources(env: Readonly<Record<string, string | undefined>> = process.env): Resources {
  return (
    told(env.THAW_RESOURCES) ?? { cpus: availableParallelism(), gpus: env.THAW_ENGINE === "gpu" ? 1 : 0 }
  );
}

function told(text: string | undefined): Resources | undefined {
  try {
    return resourcesSchema.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    return undefined;
  }
}
