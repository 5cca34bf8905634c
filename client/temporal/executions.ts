/** The runs that Temporal knows of: one by its id, or all of them. */
import type { WorkflowExecutionDescription, WorkflowExecutionInfo } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import { isInvalidArgument } from "../../runtime/temporalError.js";
import { SEARCH_ATTRIBUTES, WORKFLOW_TYPE } from "../../spec/pipeline/run.js";
import { POD_QUESTION_TYPE } from "../../spec/retraining/podQuestion.js";
import { RETRAIN_TYPE } from "../../spec/retraining/retraining.js";
import { pauseSchema } from "../../spec/steering/schema.js";
import type { Pause } from "../../spec/steering/steering.js";
import { type TemporalAccess, temporalCall } from "./call.js";

export type RunStatus = "running" | "completed" | "failed" | "cancelled" | "terminated" | "timed-out";

/** Most runs that a listing looks at: one page of the server. */
const MOST_RUNS = 1_000;

/** The run, or undefined when there is none (any more): servers forget closed runs after some days. */
export function describeRun(
  session: TemporalAccess,
  runId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  return describeOne(session, runId, [WORKFLOW_TYPE]);
}

/** Whatever has pods under the id, a run or a question of a retraining's; or undefined, as of a run. */
export function describePodOwner(
  session: TemporalAccess,
  id: string,
): Promise<WorkflowExecutionDescription | undefined> {
  return describeOne(session, id, [WORKFLOW_TYPE, POD_QUESTION_TYPE]);
}

async function describeOne(
  session: TemporalAccess,
  runId: string,
  types: readonly string[],
): Promise<WorkflowExecutionDescription | undefined> {
  return temporalCall(session, `reading run ${runId}`, async () => {
    try {
      const run = await session.temporal.workflow.getHandle(runId).describe();
      return types.includes(run.type) ? run : undefined;
    } catch (error) {
      // What cannot be an id at all (empty, too long) is no run's id either.
      if (error instanceof WorkflowNotFoundError || isInvalidArgument(error)) return undefined;
      throw error;
    }
  });
}

/** The runs, newest first. @param model only those of one model */
export async function listExecutions(
  session: TemporalAccess,
  model: string | undefined,
): Promise<readonly WorkflowExecutionInfo[]> {
  const ofType = `WorkflowType = "${WORKFLOW_TYPE}"`;
  const runs = await temporalCall(session, "listing the runs", async () => {
    if (model === undefined) return collect(session, ofType);
    try {
      return await collect(
        session,
        `${ofType} AND ${SEARCH_ATTRIBUTES.model} = "${model.replaceAll('"', "")}"`,
      );
    } catch (error) {
      // A server without thaw's search attributes: what the run noted down itself decides.
      if (!isInvalidArgument(error)) throw error;
      return (await collect(session, ofType)).filter((run) => modelOf(run) === model);
    }
  });
  return newestOfEach(runs);
}

/** Ids of the retrainings that go on. */
export async function runningRetrainings(session: TemporalAccess): Promise<readonly string[]> {
  const query = `WorkflowType = "${RETRAIN_TYPE}" AND ExecutionStatus = "Running"`;
  const found = await temporalCall(session, "listing the retrainings", () => collect(session, query));
  return found.map(({ workflowId }) => workflowId);
}

/** A run that was reset has an execution for each beginning, under one id: the last one is the run. */
export function newestOfEach<
  Run extends Pick<WorkflowExecutionInfo, "workflowId" | "startTime" | "closeTime">,
>(runs: readonly Run[]): readonly Run[] {
  const end = ({ closeTime }: Run): number => closeTime?.getTime() ?? Number.POSITIVE_INFINITY;
  const sorted = runs.toSorted(
    (a, b) => b.startTime.getTime() - a.startTime.getTime() || (end(b) > end(a) ? 1 : -1),
  );
  const seen = new Set<string>();
  return sorted.filter(({ workflowId }) => !seen.has(workflowId) && seen.add(workflowId));
}

async function collect({ temporal }: TemporalAccess, query: string): Promise<WorkflowExecutionInfo[]> {
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of temporal.workflow.list({ query, pageSize: MOST_RUNS })) {
    runs.push(run);
    if (runs.length >= MOST_RUNS) break;
  }
  return runs;
}

export function modelOf({ memo, workflowId }: Pick<WorkflowExecutionInfo, "memo" | "workflowId">): string {
  const model = memo?.model;
  // Run ids begin with the model's name: NAME-YYYYMMDD-HHMMSS-xxxx.
  return typeof model === "string" ? model : workflowId.split("-").slice(0, -3).join("-");
}

/** The run that this one goes on from. */
export function resumedFromOf({ memo }: Pick<WorkflowExecutionInfo, "memo">): string | undefined {
  return typeof memo?.resumedFrom === "string" ? memo.resumedFrom : undefined;
}

/** Since when and by whom the run is paused. */
export function pauseOf({ memo }: Pick<WorkflowExecutionInfo, "memo">): Pause | undefined {
  return pauseSchema.safeParse(memo?.paused).data;
}

export function statusOf({ status }: Pick<WorkflowExecutionInfo, "status">): RunStatus {
  switch (status.name) {
    case "COMPLETED":
      return "completed";
    case "FAILED":
      return "failed";
    case "CANCELLED":
      return "cancelled";
    case "TERMINATED":
      return "terminated";
    case "TIMED_OUT":
      return "timed-out";
    default:
      return "running";
  }
}
