/** What both workers share: connect, say when ready, serve until told to stop. */
import { NativeConnection, Runtime, Worker, type WorkerOptions } from "@temporalio/worker";
import { loadPlatform } from "../runtime/platform.js";
import { toThawError } from "../spec/errors.js";
import type { Platform, TemporalSettings } from "../spec/platform.js";

/** Progress in `thaw watch` must not be older than two seconds; the SDK's default throttle is 30. */
const HEARTBEAT_THROTTLE = "1 second";

export interface Service {
  readonly options: Omit<WorkerOptions, "connection" | "namespace">;
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
      await running;
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

function connectionOptions({ address, apiKey, tls }: TemporalSettings) {
  return {
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls: typeof tls === "boolean" ? tls : tlsOptions(tls) }),
  };
}

function tlsOptions(tls: Exclude<TemporalSettings["tls"], boolean | undefined>) {
  const { ca, cert, key, serverName } = tls;
  return {
    ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(cert !== undefined && key !== undefined ? { clientCertPair: { crt: cert, key } } : {}),
  };
}
