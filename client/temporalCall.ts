/** Calls to the Temporal server: with a deadline, and with errors that say what to do. */
import { type Client, isGrpcServiceError } from "@temporalio/client";
import { ThawError } from "../spec/errors.js";
import type { Platform, TemporalSettings } from "../spec/platform.js";

/** What a call needs of a session. */
export interface TemporalAccess {
  readonly platform: Pick<Platform, "temporal">;
  readonly temporal: Client;
}

/** Without a deadline a call to a server that went away waits for ever. */
const CALL_MS = 10_000;

/** gRPC status codes, https://grpc.io/docs/guides/status-codes/. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/**
 * Runs one call, or a few that belong together.
 * @param doing for the message, e.g. `starting the run`
 * @throws ThawError TEMPORAL_UNREACHABLE; what the SDK throws about workflows passes through
 */
export async function temporalCall<T>(
  { platform, temporal }: TemporalAccess,
  doing: string,
  call: () => Promise<T>,
  milliseconds = CALL_MS,
): Promise<T> {
  try {
    return await temporal.connection.withDeadline(Date.now() + milliseconds, call);
  } catch (error) {
    throw temporalError(platform.temporal, doing, error);
  }
}

/** Our error for a failed call; errors that did not come from the connection stay as they are. */
export function temporalError(settings: TemporalSettings, doing: string, error: unknown): unknown {
  const grpc = grpcError(error);
  if (grpc === undefined) return error;
  const { address, namespace } = settings;
  const failure = (message: string, hint: string): ThawError =>
    new ThawError("TEMPORAL_UNREACHABLE", message, { hint, cause: error });
  switch (grpc.code) {
    case UNAUTHENTICATED:
    case PERMISSION_DENIED:
      return failure(
        `the Temporal server at ${address} refused access while ${doing}: ${grpc.details}`,
        "check TEMPORAL_API_KEY or the TLS certificate, and TEMPORAL_NAMESPACE",
      );
    case NOT_FOUND:
      return failure(
        `the Temporal server at ${address} has no namespace ${namespace}`,
        "set TEMPORAL_NAMESPACE, or make it: temporal operator namespace create --namespace NAME",
      );
    case INVALID_ARGUMENT:
      return failure(
        `the Temporal server at ${address} refused the request while ${doing}: ${grpc.details}`,
        "it may be older or set up differently: `thaw doctor` shows its version",
      );
    default:
      return noAnswer(settings, doing, error);
  }
}

export function noAnswer({ address }: TemporalSettings, doing: string, cause: unknown): ThawError {
  return new ThawError(
    "TEMPORAL_UNREACHABLE",
    `the Temporal server at ${address} does not answer while ${doing}`,
    {
      hint: "start the embedded one with `thaw up`, or set TEMPORAL_ADDRESS",
      cause,
    },
  );
}

export function isInvalidArgument(error: unknown): boolean {
  return grpcError(error)?.code === INVALID_ARGUMENT;
}

interface GrpcError {
  readonly code: number;
  readonly details: string;
}

/** The gRPC error itself, or the one that the SDK wrapped. */
function grpcError(error: unknown): GrpcError | undefined {
  if (isGrpcServiceError(error)) return error;
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  return isGrpcServiceError(cause) ? cause : undefined;
}
