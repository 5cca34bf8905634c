/** Values, failures and times as Temporal's protocol carries them. */
import { defaultPayloadConverter, type Payload } from "@temporalio/common";

export function decode(payload: Payload | null | undefined): unknown {
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

interface Failure {
  readonly message?: string | null;
  readonly cause?: Failure | null;
}

export function messageOf(failure: Failure | null | undefined): string {
  return failure?.message || failure?.cause?.message || "no reason given";
}

interface Timestamp {
  /** A 64-bit integer object. */
  readonly seconds?: { toString(): string } | null;
  readonly nanos?: number | null;
}

/** Seconds since 1970; 0 for no time. */
export function secondsOf(time: Timestamp | null | undefined): number {
  return Number(String(time?.seconds ?? 0)) + (time?.nanos ?? 0) / 1e9;
}
