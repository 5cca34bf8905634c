/** Opens what a command talks to: the Temporal server and the object store. */
import { connect } from "node:net";
import { Client, Connection, type WorkflowClientInterceptor } from "@temporalio/client";
import { connectionOptions } from "../runtime/temporalConnection.js";
import { ThawError } from "../spec/errors.js";
import type { Platform, TemporalSettings } from "../spec/platform.js";
import { ensureBucket, openStore, patientStore, type Store } from "../store/connection.js";
import { type Patience, patiently } from "../store/patience.js";
import { startTracing } from "../tracing/start.js";
import { noAnswer, temporalError } from "./temporalCall.js";

export interface Session {
  readonly platform: Platform;
  readonly store: Store;
  readonly temporal: Client;
  close(): Promise<void>;
}

/** A server that is up answers in milliseconds, also across an ocean. */
const CONNECT_MS = 5_000;
/** A supervisor starts an embedded server that ended again; on a busy machine that takes seconds. */
const RESTART: Patience = { milliseconds: 15_000 };

/**
 * Connects to Temporal, checks that the namespace is there, and makes the bucket if need be.
 * @throws ThawError TEMPORAL_UNREACHABLE within about five seconds, for embedded servers within 20;
 *   STORE_UNREACHABLE, STORE_DENIED
 */
export async function openSession(platform: Platform): Promise<Session> {
  const tracing = await startTracing("cli");
  // Their supervisor lives, or the platform would not name them.
  const patience = platform.embedded ? RESTART : undefined;
  const connection = await patiently(patience, isUnreachable, () => openTemporal(platform.temporal));
  try {
    const store = openStore(platform.store);
    await ensureBucket(patience === undefined ? store : patientStore(store, patience));
    const temporal = new Client({
      connection,
      namespace: platform.temporal.namespace,
      ...(tracing === undefined ? {} : { interceptors: { workflow: [await tracedClient()] } }),
    });
    const close = async (): Promise<void> => {
      await connection.close();
      await tracing?.shutdown();
    };
    return { platform, store, temporal, close };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function tracedClient(): Promise<WorkflowClientInterceptor> {
  return (await import("../tracing/clientInterceptor.js")).clientInterceptor();
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ThawError && error.code === "TEMPORAL_UNREACHABLE";
}

/** The store alone, for commands that need no Temporal. */
export function openStoreOnly(platform: Platform): Store {
  return openStore(platform.store);
}

async function openTemporal(settings: TemporalSettings): Promise<Connection> {
  await refuseClosedPort(settings);
  const { namespace } = settings;
  const connection = Connection.lazy({
    ...connectionOptions(settings),
    connectTimeout: CONNECT_MS,
  });
  try {
    await connection.ensureConnected();
    await connection.withDeadline(Date.now() + CONNECT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return connection;
  } catch (error) {
    await connection.close();
    const failure = temporalError(settings, "connecting", error);
    throw failure instanceof ThawError ? failure : noAnswer(settings, "connecting", error);
  }
}

/**
 * gRPC tries a refused connection again until its time is up. On this machine a refusal is clear: no server listens;
 * unless a supervisor brings it back, the user should hear of it at once.
 */
async function refuseClosedPort({ address }: TemporalSettings): Promise<void> {
  const [, host = "", port = ""] = /^(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address) ?? [];
  if (host === "") return;
  const refused = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ""), port: Number(port), timeout: CONNECT_MS });
    const settle = (error?: NodeJS.ErrnoException): void => {
      socket.destroy();
      resolve(error?.code === "ECONNREFUSED" || hasRefusal(error) ? error : undefined);
    };
    socket.once("connect", () => settle());
    socket.once("timeout", () => settle());
    socket.once("error", settle);
  });
  if (refused === undefined) return;
  throw new ThawError("TEMPORAL_UNREACHABLE", `no Temporal server listens at ${address}`, {
    hint: "start the embedded one with `thaw up`, or set TEMPORAL_ADDRESS",
    cause: refused,
  });
}

/** `localhost` is tried as IPv6 and as IPv4; Node then reports both refusals in one error. */
function hasRefusal(error: unknown): boolean {
  return (
    error instanceof AggregateError &&
    error.errors.every((one: NodeJS.ErrnoException) => one.code === "ECONNREFUSED")
  );
}
