/** Starts a process's tracing. OpenTelemetry is loaded only where there is a collector: it takes half a second. */
import { forwardingExporter, type PlainSpan } from "./forwarded.js";
import { isTracing } from "./settings.js";
import type { TracedProcess, Tracing } from "./tracing.js";

/** Of a child process, whose spans go to its parent: it has neither the collector's address nor what that asks for. */
export async function startForwarding(
  process: TracedProcess,
  send: (spans: readonly PlainSpan[]) => void,
): Promise<Tracing> {
  const { openTracing } = await import("./provider.js");
  return openTracing(process, forwardingExporter(send));
}

/** @returns undefined where no collector is named */
export async function startTracing(process: TracedProcess): Promise<Tracing | undefined> {
  if (!isTracing()) return undefined;
  const { openTracing } = await import("./provider.js");
  return openTracing(process);
}
