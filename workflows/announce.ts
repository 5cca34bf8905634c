/** Tells the installation's endpoints of an event: each by a workflow of its own, for which nobody waits. */
import {
  CancellationScope,
  log,
  ParentClosePolicy,
  patched,
  proxyActivities,
  proxyLocalActivities,
  startChild,
  workflowInfo,
} from "@temporalio/workflow";
import {
  type AnnounceInput,
  NOTIFY_TYPE,
  type NotificationActivities,
  type Notify,
  type NotifyInput,
  type ThawEvent,
} from "../spec/notifications/event.js";
import { eventOfReminder, eventOfRun, eventOfTick, type RunEnded } from "../spec/notifications/events.js";
import { CONTROL_QUEUE, type RunInput, type RunResult } from "../spec/pipeline/run.js";
import type { Approval } from "../spec/retraining/approval.js";
import type { Tick } from "../spec/retraining/retraining.js";
import { markdownText } from "../spec/text/markdown.js";
import { shortened, visible } from "../spec/text/visible.js";
import { shownFailure } from "./failure.js";

/** Reading a file. Whoever announces is done with everything else, and does not wait for broken settings. */
const LOOK_UP = {
  startToCloseTimeout: "10 seconds",
  scheduleToCloseTimeout: "1 minute",
  retry: { initialInterval: "1 second", maximumAttempts: 3 },
} as const;
/** Bytes that Temporal takes for a summary; most characters of ours have one. */
const MOST_OF_SUMMARY = 200;

/** After a look, whose record is written. */
export async function notifyEnd(tick: Tick): Promise<void> {
  const event = eventOfTick(tick);
  if (event !== undefined) await announceEnd(event);
}

/** Whoever wants to hear of the last reminder as such is told of that one alone, the others that it still waits. */
export async function remind(approval: Approval, isLast: boolean): Promise<void> {
  const at = new Date().toISOString();
  let told: readonly string[] = [];
  if (isLast)
    await announceQuietly(eventOfReminder(approval, at, true), async (event) => {
      told = await endpointsHere(event);
      return told;
    });
  await announceQuietly(eventOfReminder(approval, at, false), async (event) =>
    (await endpointsHere(event)).filter((endpoint) => !told.includes(endpoint)),
  );
}

/** A run that a retraining started is told of by that. */
export async function tellingOfEnd(run: RunInput, work: () => Promise<RunResult>): Promise<RunResult> {
  const tell = async (ended: RunEnded): Promise<void> => {
    if (workflowInfo().parent === undefined)
      await announceEnd(eventOfRun(run, new Date().toISOString(), ended));
  };
  try {
    const result = await work();
    await tell({ result });
    return result;
  } catch (error) {
    const failure = shownFailure(error);
    if (failure !== undefined) await tell({ failure });
    throw error;
  }
}

/** Of what has ended. Histories of before look up by an activity of their own, and those of before that tell nobody. */
async function announceEnd(event: ThawEvent): Promise<void> {
  if (patched("notify-here")) await announceQuietly(event, endpointsHere);
  else if (patched("notify")) await announceQuietly(event);
}

/** What is to be told is done: that nobody could be told of it is a line in the log, and no failure. */
export function announceQuietly(event: ThawEvent, find = lookedUp): Promise<unknown> {
  return CancellationScope.nonCancellable(async () => {
    try {
      for (const endpoint of await find(event)) await startNotify(event, endpoint);
    } catch (error) {
      log.warn("nobody was told of it", { type: event.type, why: shownFailure(error)?.message });
    }
  });
}

const lookedUp = (event: ThawEvent): Promise<readonly string[]> => endpointsFor({ event });

/**
 * Only a control worker knows its settings, so it has to be asked even where nobody is to be told; the one that has the
 * workflow at hand answers at once, which is one event in the history instead of three and two more workflow tasks.
 */
function endpointsHere({ type }: ThawEvent): Promise<readonly string[]> {
  const summary = `who is to be told of ${type}`;
  const { findEndpoints } = proxyLocalActivities<NotificationActivities>({ ...LOOK_UP, summary });
  return findEndpoints({ type });
}

/** @throws ActivityFailure where the settings are wrong, or have no endpoint of that name */
export function endpointsFor({
  event,
  endpoint,
}: Pick<AnnounceInput, "event" | "endpoint">): Promise<readonly string[]> {
  const { findEndpoints } = proxyActivities<NotificationActivities>({
    ...LOOK_UP,
    activityId: "endpoints",
    summary: `who is to be told of ${event.type}`,
    taskQueue: CONTROL_QUEUE,
  });
  return findEndpoints({ type: event.type, ...(endpoint === undefined ? {} : { endpoint }) });
}

/** Of the same event there is one for an endpoint, also where this workflow is reset and comes here again. */
export async function startNotify(event: ThawEvent, endpoint: string): Promise<void> {
  await startChild<Notify>(NOTIFY_TYPE, notifyOptions({ id: messageId(event), endpoint, event }));
}

/** @returns how the child is started; it outlives whoever started it */
export function notifyOptions(input: NotifyInput) {
  const { endpoint, event } = input;
  return {
    workflowId: `notify-${endpoint}-${input.id}`,
    taskQueue: CONTROL_QUEUE,
    args: [input] satisfies Parameters<Notify>,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: "REJECT_DUPLICATE" as const,
    staticSummary: shortened(
      visible(`tell ${endpoint}: ${event.type} ${event.model ?? ""}`.trim()),
      MOST_OF_SUMMARY,
    ),
    staticDetails: markdownText(event.sentence, { keepCode: true }),
  };
}

/** `webhook-id`: of the event, whoever is told and however often; without a full stop, which separates what is signed. */
export function messageId({ type, reminder }: ThawEvent): string {
  const times = reminder === undefined ? "" : `-${reminder}`;
  return `${workflowInfo().firstExecutionRunId}-${type.replaceAll(".", "-")}${times}`;
}
