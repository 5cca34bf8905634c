/** Whether this machine's processor multiplies bfloat16. No workflow may ask: another machine would say otherwise. */
import { readFileSync } from "node:fs";
import { type Bfloat16Arithmetic, hasBfloat16 } from "./precision.js";

/** @returns false for the engine for GPUs, and where the system does not say: only Linux is asked */
export function multipliesBfloat16(env: NodeJS.ProcessEnv = process.env, cpuinfo = "/proc/cpuinfo"): boolean {
  // Whatever the environment says of oneDNN and its instruction sets: see `variables.ts`.
  if (env.THAW_ENGINE === "gpu") return false;
  try {
    return hasBfloat16(readFileSync(cpuinfo, "utf8"));
  } catch {
    return false;
  }
}

/** How numbers in bfloat16 come about on this machine, or in a process that knows better whether it multiplies them. */
export function ownArithmetic(multiplies = multipliesBfloat16()): Bfloat16Arithmetic {
  return multiplies ? "multiplied" : "rounded";
}

/**
 * What is part of the identity of rows that machines of the other kind compute to other bits: nothing in float32.
 * @param precision of the run file or of a stage's parameters
 * @param arithmetic of those who compute them
 */
export function arithmeticIdentity(
  precision: unknown,
  arithmetic?: Bfloat16Arithmetic,
): { readonly arithmetic?: Bfloat16Arithmetic } {
  return precision === "bfloat16" ? { arithmetic: arithmetic ?? ownArithmetic() } : {};
}
