/** Starts a process's tracing. OpenTelemetry is loaded only where there is a collector: it takes half a second. */
import { isTracing } from "./settings.js";
import type { TracedProcess, Tracing } from "./tracing.js";

/** @returns undefined where no collector is named */
export async function startTracing(process: TracedProcess): Promise<Tracing | undefined> {
  if (!isTracing()) return undefined;
  const { openTracing } = await import("./provider.js");
  return openTracing(process);
}
