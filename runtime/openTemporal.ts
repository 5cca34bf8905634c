/** Connects to Temporal; what is wrong is said in words. */
import { Connection } from "@temporalio/client";
import { ThawError } from "../spec/errors.js";
import { isLoopback } from "../spec/network/proxy.js";
import type { TemporalSettings } from "../spec/platform.js";
import { closed, connectionError, type NetworkFault, networkFault } from "./networkFault.js";
import { proxyFault } from "./proxyFault.js";
import { grpcOptions, proxyOf, withGrpcProxy } from "./temporalConnection.js";
import { noAnswer, temporalError } from "./temporalError.js";

/** A server that is up answers in milliseconds, also across an ocean. */
const CONNECT_MS = 5_000;

/**
 * Checks that the namespace is there, too.
 * @throws ThawError within about seven seconds: TEMPORAL_UNREACHABLE, or TEMPORAL_DENIED where waiting is no use
 */
export async function openTemporal(settings: TemporalSettings): Promise<Connection> {
  // gRPC tries a refused connection until its time is up. On this machine a refusal is clear: no server listens.
  if (isLoopback(settings.address.replace(/:\d+$/, ""))) {
    const code = await connectionError(settings);
    if (code === "ECONNREFUSED") throw faultError(closed(settings.address, code), code);
  }
  const proxy = proxyOf(settings);
  const blocked = proxy === undefined ? undefined : await proxyFault(proxy, settings.address);
  if (blocked !== undefined) throw faultError(blocked, undefined);
  const { namespace } = settings;
  const connection = withGrpcProxy(settings, () =>
    Connection.lazy({ ...grpcOptions(settings), connectTimeout: CONNECT_MS }),
  );
  try {
    await connection.ensureConnected();
    await connection.withDeadline(Date.now() + CONNECT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return connection;
  } catch (error) {
    await connection.close();
    const failure = temporalError(settings, "connecting", error);
    if (failure instanceof ThawError && failure.code === "TEMPORAL_DENIED") throw failure;
    // Below gRPC is the proxy, which has let us through.
    const fault = proxy === undefined ? await networkFault(settings) : undefined;
    if (fault !== undefined) throw faultError(fault, error);
    throw failure instanceof ThawError ? failure : noAnswer(settings, "connecting", error);
  }
}

/** Whether it is worth trying again. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ThawError && error.code === "TEMPORAL_UNREACHABLE";
}

function faultError({ problem, hint, passes }: NetworkFault, cause: unknown): ThawError {
  return new ThawError(passes ? "TEMPORAL_UNREACHABLE" : "TEMPORAL_DENIED", problem, { hint, cause });
}
