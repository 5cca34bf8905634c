/** What both workers share: connect, say when ready, serve until told to stop. */
import { mkdir } from "node:fs/promises";
import { Client } from "@temporalio/client";
import { NativeConnection, Runtime, Worker, type WorkerOptions } from "@temporalio/worker";
import { createMetrics, type Metrics } from "../activities/metrics/metrics.js";
import { loadPlatform } from "../runtime/platform.js";
import { connectionOptions } from "../runtime/temporalConnection.js";
import { toThawError } from "../spec/errors.js";
import type { Platform } from "../spec/platform.js";
import { LEFT_EXIT_CODE } from "../spec/pod.js";
import { startTracing } from "../tracing/start.js";
import { whenClosed } from "./closedRun.js";
import { metricsEndpoint } from "./metricsEndpoint.js";

/** Progress in `thaw watch` must not be older than two seconds; the SDK's default throttle is 30. */
const HEARTBEAT_THROTTLE = "1 second";

export interface Service {
  readonly options: Omit<WorkerOptions, "connection" | "namespace">;
  /** Frees what the worker held, after its last activity. */
  readonly stop?: () => Promise<void>;
  /** What goes on beside the worker. @returns what ends each */
  readonly beside?: (client: Client) => readonly (() => void)[];
  /** The only run that a worker in a pod serves. */
  readonly runId?: string;
}

/**
 * Runs a worker until SIGTERM or SIGINT; then the exit code is 0. A run's own worker ends with its run, too, and then
 * with 0: told to leave before, it ends with 143, because its Job would be done otherwise.
 */
export async function serve(
  name: "control" | "training",
  create: (platform: Platform, metrics: Metrics) => Promise<Service>,
) {
  let isTold = false;
  process.once("SIGTERM", () => {
    isTold = true;
  });
  try {
    const platform = await loadPlatform();
    await mkdir(platform.workFolder, { recursive: true });
    const metrics = createMetrics(() => Runtime.instance().metricMeter);
    const service = await create(platform, metrics);
    // Not before: a runtime without a connection would keep a process with wrong settings from ending.
    Runtime.install({
      telemetryOptions: {
        logging: { forward: {}, filter: { core: "WARN", other: "INFO" } },
        ...metricsEndpoint(process.env.THAW_METRICS_ADDRESS),
      },
    });
    metrics.begin(name);
    const tracing = await startTracing(name);
    const connection = await NativeConnection.connect(connectionOptions(platform.temporal));
    try {
      const worker = await Worker.create({
        connection,
        namespace: platform.temporal.namespace,
        maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
        defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
        ...service.options,
        ...(tracing === undefined ? {} : (await import("../tracing/workerOptions.js")).tracedWorker(tracing)),
      });
      const running = worker.run();
      console.log(JSON.stringify({ ready: true, worker: name }));
      const { runId } = service;
      const client = new Client({ connection, namespace: platform.temporal.namespace });
      const ends = [
        ...(runId === undefined ? [] : [whenClosed(client, runId, () => worker.shutdown())]),
        ...(service.beside?.(client) ?? []),
      ];
      await running;
      for (const end of ends) end();
      if (runId !== undefined && isTold) process.exitCode = LEFT_EXIT_CODE;
    } finally {
      await service.stop?.();
      await connection.close();
      await tracing?.shutdown();
    }
  } catch (error) {
    const failure = toThawError(error, "RUN_FAILED");
    console.error(
      `${name} worker: ${failure.message}${failure.hint === undefined ? "" : ` (${failure.hint})`}`,
    );
    process.exitCode = failure.exitCode;
  }
}
