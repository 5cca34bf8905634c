/** Opens the log of the run that a person means, or says why there is none. */
import { ThawError } from "../../spec/errors.js";
import type { LogLine } from "../../spec/log.js";
import { listLogChunks } from "../../store/records/logs.js";
import { getRun, type RunView } from "../runs/watch.js";
import type { Session } from "../session.js";
import { type FollowOptions, type LogFilter, readLogs } from "./readLogs.js";
import { resolveLoggedRun } from "./resolveLoggedRun.js";
import { whyNoLog } from "./whyNoLog.js";

/**
 * @param ref a run id, a unique beginning of one, or `latest`
 * @throws ThawError NOT_FOUND when there is no such run, or no log and none to come; STORE_…, TEMPORAL_UNREACHABLE
 */
export async function openLogs(
  session: Session,
  ref: string,
  filter: LogFilter,
  options: FollowOptions,
): Promise<AsyncGenerator<LogLine>> {
  const runId = await resolveLoggedRun(session, ref);
  const view = await viewOf(session, runId);
  const problem = whyNoLog(view, await listLogChunks(session.store, runId), filter);
  const mayCome = options.follow && view?.status === "running" && isPossible(view, filter);
  if (problem !== undefined && !mayCome) throw problem;
  return readLogs(session, runId, filter, options);
}

/** A stage that the run does not have will never write. */
function isPossible({ stages }: RunView, { stage: name }: LogFilter): boolean {
  return name === undefined || stages.some((stage) => stage.name === name);
}

async function viewOf(session: Session, runId: string): Promise<RunView | undefined> {
  try {
    return await getRun(session, runId);
  } catch (error) {
    if (error instanceof ThawError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
