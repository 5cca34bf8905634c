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
/** Runs that are looked at to tell a busy worker, which does not poll, from a missing one. */
const MOST_RUNS = 20;

interface Queue {
  readonly name: string;
  readonly type: typeof WORKFLOW_QUEUE | typeof ACTIVITY_QUEUE;
}

/** A queue in which a task of the run has been waiting for seconds, and why nobody has taken it. */
export interface WaitingQueue {
  readonly name: string;
  /** `polled`: a worker is there and will take it; `busy`: it works for another run; `nobody`: no worker is there. */
  readonly served: "polled" | "busy" | "nobody";
  /** The run that the worker is busy with. */
  readonly busyWith?: string;
}

/** True when a task of the run has been waiting for seconds and nobody serves its queue. */
export async function lacksWorker(
  session: TemporalAccess,
  run: WorkflowExecutionDescription,
): Promise<boolean> {
  return (await findWaitingQueues(session, run)).some(({ served }) => served === "nobody");
}

export async function findWaitingQueues(
  session: TemporalAccess,
  run: WorkflowExecutionDescription,
): Promise<readonly WaitingQueue[]> {
  return Promise.all(
    waitingQueues(run, Date.now()).map(async (queue): Promise<WaitingQueue> => {
      const { name } = queue;
      if (await isPolled(session, queue)) return { name, served: "polled" };
      const busyWith = await runThatIsServed(session, queue);
      return busyWith === undefined ? { name, served: "nobody" } : { name, served: "busy", busyWith };
    }),
  );
}

function waitingQueues({ raw }: WorkflowExecutionDescription, now: number): readonly Queue[] {
  const task = raw.pendingWorkflowTask;
  const workflow: Queue = { name: CONTROL_QUEUE, type: WORKFLOW_QUEUE };
  const waits = task?.state === SCHEDULED && now - toMs(task.scheduledTime) > PATIENCE_MS;
  const activities = (raw.pendingActivities ?? [])
    .filter((activity) => activity.state === SCHEDULED && now - toMs(activity.scheduledTime) > PATIENCE_MS)
    // After a failure the next attempt waits for its time on purpose.
    .filter(({ nextAttemptScheduleTime }) => now - toMs(nextAttemptScheduleTime) > PATIENCE_MS)
    .map((activity): Queue => ({ name: queueOf(activity), type: ACTIVITY_QUEUE }))
    // The worker comes with the run's pod, whose state says more.
    .filter(({ name }) => !isPodQueue(name));
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

/** The run that a worker of the queue works on. A worker with its hands full does not poll. */
async function runThatIsServed(session: TemporalAccess, queue: Queue): Promise<string | undefined> {
  if (queue.type === WORKFLOW_QUEUE) return undefined;
  const { workflow } = session.temporal;
  return temporalCall(session, "looking for busy workers", async () => {
    const query = `WorkflowType = "${WORKFLOW_TYPE}" AND ExecutionStatus = "Running"`;
    let seen = 0;
    for await (const { workflowId } of workflow.list({ query, pageSize: MOST_RUNS })) {
      const { raw } = await workflow.getHandle(workflowId).describe();
      const works = raw.pendingActivities?.some(
        (activity) => activity.state === STARTED && queueOf(activity) === queue.name,
      );
      if (works === true) return workflowId;
      if (++seen >= MOST_RUNS) break;
    }
    return undefined;
  });
}

const toMs = (time: Parameters<typeof secondsOf>[0]): number => 1000 * secondsOf(time);
