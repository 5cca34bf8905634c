/** Starts a process's tracing. OpenTelemetry is loaded only where there is a collector: it takes half a second. */
import type { Resource } from "@opentelemetry/resources";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { isTracing } from "./settings.js";

/** Kind of process; `service.name` is `thaw-` and this, unless `OTEL_SERVICE_NAME` says otherwise. */
export type TracedProcess = "cli" | "control" | "training" | "engine";

export interface Tracing {
  readonly processor: SpanProcessor;
  readonly resource: Resource;
  /** Sends what there is. Never fails, and takes three seconds at most. */
  flush(): Promise<void>;
  /** The same, once and for all. */
  shutdown(): Promise<void>;
}

/** @returns undefined where no collector is named */
export async function startTracing(process: TracedProcess): Promise<Tracing | undefined> {
  if (!isTracing()) return undefined;
  const { openTracing } = await import("./provider.js");
  return openTracing(process);
}
