/** What both workers share: connect, say when ready, serve until told to stop. */
import { mkdir } from "node:fs/promises";
import { NativeConnection, Runtime, Worker, type WorkerOptions } from "@temporalio/worker";
import { loadPlatform } from "../runtime/platform.js";
import { connectionOptions } from "../runtime/temporalConnection.js";
import { toThawError } from "../spec/errors.js";
import type { Platform } from "../spec/platform.js";

/** Progress in `thaw watch` must not be older than two seconds; the SDK's default throttle is 30. */
const HEARTBEAT_THROTTLE = "1 second";

export interface Service {
  readonly options: Omit<WorkerOptions, "connection" | "namespace">;
  /** Runs beside the worker until it ends. */
  readonly beside?: (connection: NativeConnection, signal: AbortSignal) => Promise<void>;
  /** Frees what the worker held, after its last activity. */
  readonly stop?: () => Promise<void>;
}

/** Runs a worker until SIGTERM or SIGINT; then the exit code is 0. */
export async function serve(name: "control" | "training", create: (platform: Platform) => Promise<Service>) {
  try {
    Runtime.install({
      telemetryOptions: { logging: { forward: {}, filter: { core: "WARN", other: "INFO" } } },
    });
    const platform = await loadPlatform();
    await mkdir(platform.workFolder, { recursive: true });
    const service = await create(platform);
    const connection = await NativeConnection.connect(connectionOptions(platform.temporal));
    try {
      const worker = await Worker.create({
        connection,
        namespace: platform.temporal.namespace,
        maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
        defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
        ...service.options,
      });
      const running = worker.run();
      console.log(JSON.stringify({ ready: true, worker: name }));
      const ending = new AbortController();
      const beside = service.beside?.(connection, ending.signal);
      await running.finally(() => ending.abort());
      await beside;
    } finally {
      await service.stop?.();
      await connection.close();
    }
  } catch (error) {
    const failure = toThawError(error, "RUN_FAILED");
    console.error(
      `${name} worker: ${failure.message}${failure.hint === undefined ? "" : ` (${failure.hint})`}`,
    );
    process.exitCode = failure.exitCode;
  }
}
