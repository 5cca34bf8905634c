/** Pins a run, so that garbage collection keeps its artifacts, or lets it go again. */
import { removePin, writePin } from "../../store/records/pins.js";
import type { Session } from "../session.js";
import { resolveRunId } from "./resolve.js";

/** @throws ThawError NOT_FOUND, STORE_…, TEMPORAL_UNREACHABLE @returns the run's id */
export async function pinRun(session: Session, ref: string): Promise<string> {
  const runId = await resolveRunId(session, ref);
  await writePin(session.store, runId);
  return runId;
}

/** @throws ThawError NOT_FOUND, STORE_…, TEMPORAL_UNREACHABLE */
export async function unpinRun(
  session: Session,
  ref: string,
): Promise<{ readonly runId: string; readonly wasPinned: boolean }> {
  const runId = await resolveRunId(session, ref);
  return { runId, wasPinned: await removePin(session.store, runId) };
}
