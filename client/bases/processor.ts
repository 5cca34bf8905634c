/** Whether this machine's engine multiplies bfloat16. */
import { readFile } from "node:fs/promises";
import { hasBfloat16 } from "../../spec/engine/precision.js";

/** @returns false for the engine for GPUs, and where the system does not say: only Linux is asked */
export async function multipliesBfloat16(
  env: NodeJS.ProcessEnv = process.env,
  cpuinfo = "/proc/cpuinfo",
): Promise<boolean> {
  if (env.THAW_ENGINE === "gpu" || env.TF_ENABLE_ONEDNN_OPTS === "0") return false;
  const text = await readFile(cpuinfo, "utf8").catch(() => "");
  return hasBfloat16(text);
}
