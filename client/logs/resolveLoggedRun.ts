/** Finds the run whose log a person means: also one that only its log remembers. */
import { ThawError } from "../../spec/errors.js";
import { listLoggedRuns } from "../../store/records/logs.js";
import { matchRunId, resolveRunId } from "../runs/resolve.js";
import type { Session } from "../session.js";

/**
 * @param ref a run id, a prefix that only one run has, or `latest`
 * @throws ThawError NOT_FOUND
 */
export async function resolveLoggedRun(session: Session, ref: string): Promise<string> {
  try {
    return await resolveRunId(session, ref);
  } catch (error) {
    if (!(error instanceof ThawError) || error.code !== "NOT_FOUND") throw error;
    // Temporal forgets a failed run after some days, and only runs that ended well have a record.
    const logged = (await listLoggedRuns(session.store)).filter((runId) => runId.startsWith(ref));
    if (ref === "" || logged.length === 0) throw error;
    return matchRunId(ref, logged);
  }
}
