/** On which device a stage computes, where that is not the one that its engine is built for. */
import type { StagePlan } from "../pipeline/stages.js";

/** Of fingerprints of the engine for GPUs (`engineFingerprint` in `runtime/`). */
const GPU_ENGINE = "gpu ";

/**
 * What computes the stage. The engine for GPUs computes on processors, too, where the run file asks for no GPU; its
 * numbers are others then.
 * @param fingerprint of the TensorFlow build
 */
export function engineOf({ device }: Pick<StagePlan, "device">, fingerprint: string): string {
  return device === "cpu" && fingerprint.startsWith(GPU_ENGINE) ? `${fingerprint} on cpu` : fingerprint;
}
