/** What the Temporal server, or gRPC on the way to it, answers: as errors that say what to do. */
import { isGrpcServiceError } from "@temporalio/client";
import { ThawError } from "../spec/errors.js";
import type { TemporalSettings } from "../spec/platform.js";
import { damagedDatabase, tellsOfDamage } from "./damagedDatabase.js";

/** gRPC status codes, https://grpc.io/docs/guides/status-codes/. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Our error for a failed call; errors that did not come from the connection stay as they are. */
export function temporalError(settings: TemporalSettings, doing: string, error: unknown): unknown {
  const grpc = grpcError(error);
  if (grpc === undefined) return error;
  if (tellsOfDamage(grpc.details)) return damagedDatabase(undefined, error);
  const { address, namespace } = settings;
  switch (grpc.code) {
    case UNAUTHENTICATED:
    case PERMISSION_DENIED:
      return new ThawError(
        "TEMPORAL_DENIED",
        `the Temporal server at ${address} refused access while ${doing}: ${grpc.details}`,
        {
          hint: "check TEMPORAL_API_KEY or the TLS certificate, and TEMPORAL_NAMESPACE",
          cause: error,
        },
      );
    case NOT_FOUND:
      return new ThawError(
        "TEMPORAL_DENIED",
        `the Temporal server at ${address} has no namespace ${namespace}`,
        {
          hint: "set TEMPORAL_NAMESPACE, or make it: temporal operator namespace create --namespace NAME",
          cause: error,
        },
      );
    case INVALID_ARGUMENT:
      return new ThawError(
        "TEMPORAL_UNREACHABLE",
        `the Temporal server at ${address} refused the request while ${doing}: ${grpc.details}`,
        { hint: "it may be older or set up differently: `thaw doctor` shows its version", cause: error },
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
