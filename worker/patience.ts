/** How long a worker waits for servers as it begins, and what it says meanwhile. */
import type { ThawError } from "../spec/errors.js";
import type { Patience } from "../store/connection/patience.js";

/**
 * As long as a stage waits for the store. A pod that ends is put off longer and longer by its Job, and four that end
 * within a minute each end the run; elsewhere, a supervisor or a person sees to it.
 */
const POD_PATIENCE_MS = 180_000;

/** Undefined elsewhere. @param signal ends the waiting */
export function podPatience(signal: AbortSignal): Patience | undefined {
  const isInPod = process.env.KUBERNETES_SERVICE_HOST !== undefined;
  return isInPod ? { milliseconds: POD_PATIENCE_MS, signal } : undefined;
}

export function sentenceOf({ message, hint }: ThawError): string {
  return `${message}${hint === undefined ? "" : ` (${hint})`}`;
}
