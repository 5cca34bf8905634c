/** What both workers share: connect, say when ready, serve until told to stop. */
import { mkdir } from "node:fs/promises";
import { Client } from "@temporalio/client";
import { NativeConnection, Runtime, Worker, type WorkerOptions } from "@temporalio/worker";
import { createMetrics, type Metrics } from "../activities/metrics/metrics.js";
import { loadPlatform } from "../runtime/platform.js";
import { nativeOptions } from "../runtime/temporalConnection.js";
import { noAnswer } from "../runtime/temporalError.js";
import { ThawError, toThawError } from "../spec/errors.js";
import { maskOutput } from "../spec/network/maskedOutput.js";
import type { Platform } from "../spec/platform.js";
import { visibleLines } from "../spec/text/visible.js";
import { checkStore } from "../store/connection/check.js";
import { openStore, patientStore, type Store } from "../store/connection/connection.js";
import { startTracing } from "../tracing/start.js";
import { whenClosed } from "./closedRun.js";
import { metricsEndpoint } from "./metricsEndpoint.js";
import { podPatience, sentenceOf } from "./patience.js";
import { whenReplaced } from "./replacedCode.js";
import { exitCodeOfLeaving, toldToLeave } from "./toldToLeave.js";

/** Progress in `thaw watch` must not be older than two seconds; the SDK's default throttle is 30. */
const HEARTBEAT_THROTTLE = "1 second";

/** Not 0: what keeps it alive has to start it again. */
const REPLACED_EXIT_CODE = 1;

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
 * with 0: told to leave before, it ends with 143, because its Job would be done otherwise. One whose code is replaced
 * meanwhile ends with 1, to be started anew.
 */
export async function serve(
  name: "control" | "training",
  create: (platform: Platform, metrics: Metrics) => Promise<Service>,
) {
  maskOutput();
  const told = toldToLeave();
  try {
    const platform = await loadPlatform();
    await mkdir(platform.workFolder, { recursive: true });
    const metrics = createMetrics(() => Runtime.instance().metricMeter);
    const service = await create(platform, metrics);
    const ask = async () => (await import("./untilReached.js")).untilReached(name, platform.temporal, told);
    // The embedded server is there when its workers are started, and a second connection takes 0.1 s of a processor.
    if (!platform.embedded) await ask();
    await requireStore(name, openStore(platform.store), told);
    // From its installation on the runtime hears the signal itself, and ends workers that are yet to run, too.
    told.throwIfAborted();
    // Not before: a runtime without a connection would keep a process with wrong settings from ending.
    Runtime.install({
      telemetryOptions: {
        logging: { forward: {}, filter: { core: "WARN", other: "INFO" } },
        ...metricsEndpoint(process.env.THAW_METRICS_ADDRESS),
      },
    });
    metrics.begin(name);
    const tracing = await startTracing(name);
    const connection = await NativeConnection.connect(nativeOptions(platform.temporal)).catch(
      async (error) => {
        await ask();
        throw noAnswer(platform.temporal, "connecting", error);
      },
    );
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
      let isReplaced = false;
      const ends = [
        await whenReplaced(() => {
          isReplaced = true;
          console.error(
            `${name} worker: thaw was installed or compiled anew: it ends, to begin with the new code`,
          );
          worker.shutdown();
        }),
        ...(runId === undefined ? [] : [whenClosed(client, runId, () => worker.shutdown())]),
        ...(service.beside?.(client) ?? []),
      ];
      await running;
      for (const end of ends) end();
      if (told.aborted) process.exitCode = exitCodeOfLeaving();
      else if (isReplaced) process.exitCode = REPLACED_EXIT_CODE;
    } finally {
      await service.stop?.();
      await connection.close();
      await tracing?.shutdown();
    }
  } catch (error) {
    // A pod that is told to leave before it has begun: another one begins.
    if (told.aborted && error === told.reason) {
      process.exitCode = exitCodeOfLeaving();
      return;
    }
    const failure = toThawError(error, "RUN_FAILED");
    console.error(visibleLines(`${name} worker: ${sentenceOf(failure)}`));
    process.exitCode = failure.exitCode;
  }
}

/**
 * A worker whose store refuses for good would take stages and fail them all. One that is away may come back: stages
 * wait for it.
 * @throws ThawError STORE_DENIED, STORE_UNSUITABLE
 */
async function requireStore(name: string, store: Store, signal: AbortSignal): Promise<void> {
  const patience = podPatience(signal);
  try {
    await checkStore(patience === undefined ? store : patientStore(store, patience), { makeBucket: true });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ThawError) || !error.retryable) throw error;
    console.error(visibleLines(`${name} worker begins without the store: ${sentenceOf(error)}`));
  }
}
