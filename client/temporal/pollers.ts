/** Finds out whether a run waits for a worker that is not there. */
import type { WorkflowExecutionDescription } from "@temporalio/client";
import { CONTROL_QUEUE, LOCAL_TRAINING_QUEUE, WORKFLOW_TYPE } from "../../spec/pipeline/run.js";
import { isPodQueue } from "../../spec/pods/pod.js";
import { type TemporalAccess, temporalCall } from "./call.js";
import { secondsOf } from "./payloads.js";
import type { PendingActivity } from "./pendingActivities.js";

/** `temporal.api.enums.v1`: PendingActivityState, PendingWorkflowTaskState and TaskQueueType. */
export const SCHEDULED = 1;
export const STARTED = 2;
const WORKFLOW_QUEUE = 1;
const ACTIVITY_QUEUE = 2;

/** A worker that is there takes a task within milliseconds. */
const PATIENCE_MS = 3_000;
/** Workers poll for a minute at a time; the server remembers them for five. */
const POLL_MS = 75_000;
/** Runs that are looked at to tell a busy worker, which does not poll, from a missing one; as many at once as below. */
const MOST_RUNS = 200;
const AT_ONCE = 10;
const LOOK_MS = 20_000;

interface Queue {
  readonly name: string;
  readonly type: typeof WORKFLOW_QUEUE | typeof ACTIVITY_QUEUE;
}

/** A queue in which a task of the run has been waiting for seconds, and why nobody has taken it. */
export interface WaitingQueue {
  readonly name: string;
  /** `polled`: a worker is there and will take it; `busy`: it works for another run; `nobody`: no worker is there. */
  readonly served: "polled" | "busy" | "nobody";
  /** Other runs that workers of the queue are busy with. */
  readonly busyWith?: readonly string[];
  /** How many other runs have a task in it that waits, too. */
  readonly alsoWaiting?: number;
}

/** True when a task of the run has been waiting for seconds and nobody serves its queue. */
export async function lacksWorker(
  session: TemporalAccess,
  run: WorkflowExecutionDescription,
): Promise<boolean> {
  for (const queue of waitingQueues(run, Date.now())) {
    if (await isPolled(session, queue)) continue;
    if ((await othersIn(session, run.workflowId, queue)).busyWith.length === 0) return true;
  }
  return false;
}

/** A worker that has just taken another run's task has polled a moment ago: who is served says more than who polls. */
export async function findWaitingQueues(
  session: TemporalAccess,
  run: WorkflowExecutionDescription,
): Promise<readonly WaitingQueue[]> {
  return Promise.all(
    waitingQueues(run, Date.now()).map(async (queue): Promise<WaitingQueue> => {
      const { name } = queue;
      const [polled, { busyWith, alsoWaiting }] = await Promise.all([
        isPolled(session, queue),
        othersIn(session, run.workflowId, queue),
      ]);
      if (busyWith.length > 0) return { name, served: "busy", busyWith, alsoWaiting };
      return { name, served: polled ? "polled" : "nobody" };
    }),
  );
}

/** @param now ms since 1970 */
export function waitingQueues(
  { raw }: Pick<WorkflowExecutionDescription, "raw">,
  now: number,
): readonly Queue[] {
  const task = raw.pendingWorkflowTask;
  const workflow: Queue = { name: CONTROL_QUEUE, type: WORKFLOW_QUEUE };
  const waits = task?.state === SCHEDULED && now - toMs(task.scheduledTime) > PATIENCE_MS;
  const pending = raw.pendingActivities ?? [];
  // A worker that is at the run's other stage is there, although it does not poll.
  const served = new Set(pending.filter(({ state }) => state === STARTED).map(queueOf));
  const activities = pending
    .filter((activity) => activity.state === SCHEDULED && now - toMs(activity.scheduledTime) > PATIENCE_MS)
    // After a failure the next attempt waits for its time on purpose.
    .filter(({ nextAttemptScheduleTime }) => now - toMs(nextAttemptScheduleTime) > PATIENCE_MS)
    .map((activity): Queue => ({ name: queueOf(activity), type: ACTIVITY_QUEUE }))
    // The worker comes with the run's pod, whose state says more.
    .filter(({ name }) => !isPodQueue(name) && !served.has(name));
  return [...(waits ? [workflow] : []), ...activities];
}

/** The types of `ControlActivities` in `spec/pipeline/activities.ts`. */
const CONTROL_ACTIVITIES: readonly string[] = [
  "findArtifact",
  "chooseBase",
  "register",
  "report",
  "recordRun",
  "writeControl",
  "startPod",
  "watchPod",
  "stopPod",
];

export function queueOf({ activityOptions, activityType }: PendingActivity): string {
  // Older servers do not tell an activity's queue.
  const usual = CONTROL_ACTIVITIES.includes(activityType?.name ?? "") ? CONTROL_QUEUE : LOCAL_TRAINING_QUEUE;
  return activityOptions?.taskQueue?.name ?? usual;
}

async function isPolled(session: TemporalAccess, { name, type }: Queue): Promise<boolean> {
  const { connection } = session.temporal;
  const { namespace } = session.platform.temporal;
  const { pollers } = await temporalCall(session, "looking for workers", () =>
    connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType: type }),
  );
  return (pollers ?? []).some(({ lastAccessTime }) => Date.now() - toMs(lastAccessTime) < POLL_MS);
}

interface Others {
  readonly busyWith: readonly string[];
  readonly alsoWaiting: number;
}

/** The other runs with tasks in the queue. A worker with its hands full does not poll. */
async function othersIn(session: TemporalAccess, runId: string, queue: Queue): Promise<Others> {
  if (queue.type === WORKFLOW_QUEUE) return { busyWith: [], alsoWaiting: 0 };
  const { workflow } = session.temporal;
  const look = async (): Promise<Others> => {
    const query = `WorkflowType = "${WORKFLOW_TYPE}" AND ExecutionStatus = "Running"`;
    const ids: string[] = [];
    for await (const { workflowId } of workflow.list({ query, pageSize: MOST_RUNS })) {
      if (workflowId !== runId) ids.push(workflowId);
      if (ids.length >= MOST_RUNS) break;
    }
    const busyWith: string[] = [];
    let alsoWaiting = 0;
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const described = await Promise.all(
        ids.slice(first, first + AT_ONCE).map((id) => workflow.getHandle(id).describe()),
      );
      for (const { workflowId, raw } of described) {
        const own = (raw.pendingActivities ?? []).filter((activity) => queueOf(activity) === queue.name);
        if (own.some(({ state }) => state === STARTED)) busyWith.push(workflowId);
        else if (own.some(({ state }) => state === SCHEDULED)) alsoWaiting++;
      }
    }
    return { busyWith, alsoWaiting };
  };
  return temporalCall(session, "looking for busy workers", look, LOOK_MS);
}

const toMs = (time: Parameters<typeof secondsOf>[0]): number => 1000 * secondsOf(time);
