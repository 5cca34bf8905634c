/** OpenTelemetry's provider of this process: spans in batches, by OTLP over HTTP as JSON. */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResourcesSync, envDetectorSync, Resource } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { receiveForwarded } from "./forwarded.js";
import type { TracedProcess, Tracing } from "./tracing.js";

/** Nobody waits longer for a collector that does not answer. */
const PATIENCE_MS = 3_000;
const BATCH_MS = 1_000;

/**
 * Endpoint, headers, sampler and resource come from OpenTelemetry's variables. Only once in a process.
 * @param exporter takes the spans in place of the collector
 */
export function openTracing(name: TracedProcess, exporter?: SpanExporter): Tracing {
  // The command line says nothing of it: its user may not even know that there is a collector.
  if (name !== "cli") sayOnce(name);
  const own = new Resource({
    "service.name": `thaw-${name}`,
    "service.instance.id": `${process.pid}@${hostname()}`,
    "host.name": hostname(),
    "process.pid": process.pid,
  });
  const processor = new BatchSpanProcessor(
    exporter ?? new OTLPTraceExporter({ timeoutMillis: PATIENCE_MS }),
    {
      scheduledDelayMillis: BATCH_MS,
    },
  );
  if (exporter === undefined) receiveForwarded(processor);
  const provider = new BasicTracerProvider({
    resource: own.merge(detectResourcesSync({ detectors: [envDetectorSync] })),
    spanProcessors: [processor],
  });
  provider.register({ contextManager: new AsyncLocalStorageContextManager() });
  const atMost = async (work: Promise<void>): Promise<void> => {
    await Promise.race([work.catch(() => undefined), sleep(PATIENCE_MS, undefined, { ref: false })]);
  };
  return {
    processor,
    resource: provider.resource,
    flush: () => atMost(processor.forceFlush()),
    shutdown: () => atMost(provider.shutdown()),
  };
}

/** A collector that is away must be neither silent nor loud. */
function sayOnce(name: TracedProcess): void {
  let isSaid = false;
  const silent = (): void => undefined;
  const error = (message: string): void => {
    if (isSaid) return;
    isSaid = true;
    console.error(`${name}: traces do not reach their collector: ${reasonIn(message)}`);
  };
  diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent }, DiagLogLevel.ERROR);
}

/** The SDK logs an error as JSON, its stack included. */
function reasonIn(logged: string): string {
  try {
    const { message, code } = JSON.parse(logged) as { message?: string; code?: string };
    return [message, code].filter((part) => part !== undefined && part !== "").join(", ");
  } catch {
    return logged;
  }
}
