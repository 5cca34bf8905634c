/** Spans of a child process, which knows no collector: as plain data to the parent, whose processor sends them on. */
import type { SpanContext } from "@opentelemetry/api";
import type { ReadableSpan, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace-base";

/** A span that can cross to another process. */
export interface PlainSpan extends Omit<ReadableSpan, "spanContext" | "resource"> {
  readonly context: SpanContext;
  readonly resource: Resource["attributes"];
}

type Resource = ReadableSpan["resource"];

/** Where those that come from a child go, once this process's own are sent somewhere. */
let receiver: SpanProcessor | undefined;

export function receiveForwarded(processor: SpanProcessor): void {
  receiver = processor;
}

/** Whether this process's spans are sent anywhere, and those of its children with them. */
export const forwards = (): boolean => receiver !== undefined;

/** In the parent; nothing happens where it is not traced. */
export function sendOn(spans: readonly PlainSpan[]): void {
  for (const { context, resource, ...span } of spans) {
    receiver?.onEnd({ ...span, spanContext: () => context, resource: plainResource(resource) });
  }
}

/** In the child. */
export function forwardingExporter(send: (spans: readonly PlainSpan[]) => void): SpanExporter {
  return {
    export: (spans, done) => {
      send(spans.map(plain));
      // `ExportResultCode.SUCCESS` of @opentelemetry/core.
      done({ code: 0 });
    },
    shutdown: async () => undefined,
  };
}

function plain(span: ReadableSpan): PlainSpan {
  const { name, kind, parentSpanId, startTime, endTime, status, attributes, duration, ended } = span;
  const { instrumentationLibrary, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    ...{ name, kind, startTime, endTime, status, attributes, duration, ended },
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    events: span.events,
    links: span.links.map(({ context, attributes: of = {} }) => ({
      context: { traceId: context.traceId, spanId: context.spanId, traceFlags: context.traceFlags },
      attributes: of,
    })),
    instrumentationLibrary: { ...instrumentationLibrary },
    ...{ droppedAttributesCount, droppedEventsCount, droppedLinksCount },
    context: { traceId, spanId, traceFlags },
    resource: span.resource.attributes,
  };
}

/** The exporter reads the attributes alone. */
function plainResource(attributes: Resource["attributes"]): Resource {
  const resource: Resource = { attributes, merge: () => resource };
  return resource;
}
