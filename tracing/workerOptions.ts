/** What a worker is made with so that workflows, activities and signals have spans in their run's trace. */
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
} from "@temporalio/interceptors-opentelemetry/lib/worker/index.js";
import type { WorkerOptions } from "@temporalio/worker";
import { clientInterceptor } from "./clientInterceptor.js";
import type { Tracing } from "./tracing.js";

/** The workflows' own interceptors are in their bundle (`workflows/tracing.ts`). */
export function tracedWorker({
  processor,
  resource,
}: Tracing): Pick<WorkerOptions, "interceptors" | "sinks"> {
  return {
    interceptors: {
      client: { workflow: [clientInterceptor()] },
      activity: [(context) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(context) })],
    },
    sinks: { exporter: makeWorkflowExporter(processor, resource) },
  };
}
