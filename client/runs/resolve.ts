/** Finds the run that a person means: its id, the beginning of its id, or `latest`. */
import { ThawError } from "../../spec/errors.js";
import { listRuns as listStoredRuns, readRun } from "../../store/records/records.js";
import { nearest } from "../nearest.js";
import type { Session } from "../session.js";
import { describeRun, listExecutions } from "../temporal/executions.js";
import { startOfRun } from "./id.js";

export const LATEST = "latest";

/**
 * @param ref a run id, a prefix that only one run has, or `latest`
 * @throws ThawError NOT_FOUND with the runs that may be meant
 */
export async function resolveRunId(session: Session, ref: string): Promise<string> {
  if (ref === LATEST) {
    const [newest] = await listExecutions(session, undefined);
    if (newest !== undefined) return newest.workflowId;
    throw new ThawError("NOT_FOUND", "there are no runs yet", { hint: "start one with `thaw run`" });
  }
  if ((await describeRun(session, ref)) !== undefined) return ref;
  if (startOfRun(ref) !== undefined && (await readRun(session.store, ref)) !== undefined) return ref;
  const executions = await listExecutions(session, undefined);
  const stored = await listStoredRuns(session.store);
  return matchRunId(ref, [...new Set([...executions.map((run) => run.workflowId), ...stored])]);
}

const MOST_SHOWN = 5;

/**
 * The only id that begins with `ref`.
 * @throws ThawError NOT_FOUND when there is none, or more than one
 */
export function matchRunId(ref: string, ids: readonly string[]): string {
  const matches = ref === "" ? [] : ids.filter((id) => id.startsWith(ref));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  if (matches.length > 1) {
    throw new ThawError("NOT_FOUND", `${matches.length} runs begin with "${ref}"`, {
      hint: `write more of the id: ${shown(matches)}`,
    });
  }
  const close = nearest(ref, ids);
  const hint = close.length > 0 ? `did you mean ${close.join(" or ")}?` : `the runs are ${shown(ids)}`;
  throw new ThawError("NOT_FOUND", `there is no run "${ref}"`, {
    hint: ids.length === 0 ? "there are none yet: start one with `thaw run`" : hint,
  });
}

function shown(ids: readonly string[]): string {
  const more = ids.length - MOST_SHOWN;
  return `${ids.slice(0, MOST_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
