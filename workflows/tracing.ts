/** Interceptors that give a workflow spans: in the bundle of traced control workers alone. */
import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
  OpenTelemetryOutboundInterceptor,
} from "@temporalio/interceptors-opentelemetry/lib/workflow/index.js";
import type { WorkflowInterceptors } from "@temporalio/workflow";

export function interceptors(): WorkflowInterceptors {
  const all = new OpenTelemetryInboundInterceptor();
  return {
    // Not of queries, which come twice a second while somebody watches, each in a trace of its own.
    inbound: [
      {
        execute: (input, next) => all.execute(input, next),
        handleSignal: (input, next) => all.handleSignal(input, next),
        handleUpdate: (input, next) => all.handleUpdate(input, next),
      },
    ],
    outbound: [new OpenTelemetryOutboundInterceptor()],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}
