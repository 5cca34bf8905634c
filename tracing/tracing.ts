/** Tracing as the processes hold it. */
import type { Resource } from "@opentelemetry/resources";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";

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
