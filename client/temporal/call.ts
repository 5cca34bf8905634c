/** Calls to the Temporal server: with a deadline, and with errors that say what to do. */
import type { Client } from "@temporalio/client";
import { temporalError } from "../../runtime/temporalError.js";
import type { Platform } from "../../spec/platform.js";

/** What a call needs of a session. */
export interface TemporalAccess {
  readonly platform: Pick<Platform, "temporal">;
  readonly temporal: Client;
}

/** Without a deadline a call to a server that went away waits for ever. */
const CALL_MS = 10_000;

/**
 * Runs one call, or a few that belong together.
 * @param doing for the message, e.g. `starting the run`
 * @throws ThawError TEMPORAL_UNREACHABLE, TEMPORAL_DENIED; what the SDK throws about workflows passes through
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
