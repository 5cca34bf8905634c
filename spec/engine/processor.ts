/** Whether this machine's processor multiplies bfloat16. No workflow may ask: another machine would say otherwise. */
import { readFileSync } from "node:fs";
import { hasBfloat16 } from "./precision.js";

/** @returns false for the engine for GPUs, without oneDNN, and where the system does not say: only Linux is asked */
export function multipliesBfloat16(env: NodeJS.ProcessEnv = process.env, cpuinfo = "/proc/cpuinfo"): boolean {
  if (env.THAW_ENGINE === "gpu" || env.TF_ENABLE_ONEDNN_OPTS === "0") return false;
  try {
    return hasBfloat16(readFileSync(cpuinfo, "utf8"));
  } catch {
    return false;
  }
}
