/** Ends of attempts that are no faults. */
import type { ErrorCode } from "../../spec/errors.js";

const CALM: ReadonlySet<string> = new Set<ErrorCode>(["PAUSED", "WORKER_STOPPING", "WORKER_BUSY", "FENCED"]);

export function isCalm(code: string | null | undefined): boolean {
  return CALM.has(code ?? "");
}
