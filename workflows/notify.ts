/** `notify` tells one endpoint of one event, for three days if need be; `announce` has everybody told of one. */
import { ChildWorkflowFailure, executeChild, proxyActivities, setCurrentDetails } from "@temporalio/workflow";
import {
  type AnnounceInput,
  type Delivery,
  NOTIFY_TYPE,
  type NotificationActivities,
  type NotifyInput,
} from "../spec/notifications/event.js";
import { MOST_ATTEMPTS } from "../spec/notifications/retries.js";
import { CONTROL_QUEUE } from "../spec/pipeline/run.js";
import { markdownText } from "../spec/text/markdown.js";
import { endpointsFor, messageId, notifyOptions, startNotify } from "./announce.js";
import { shownFailure } from "./failure.js";
import { HEARTBEAT_TIME } from "./patience.js";

/** Longer than the request may last (`activities/notifications/post.ts`). */
const TIME = "1 minute";
/**
 * An answer that is none says itself when the next attempt is due (`spec/notifications/retries.ts`). These delays are for
 * attempts whose worker died: the ninth and the sum come near to those.
 */
const RETRY = {
  initialInterval: "5 seconds",
  backoffCoefficient: 3.7,
  maximumInterval: "24 hours",
  maximumAttempts: MOST_ATTEMPTS,
};

/** One activity for all attempts: a history of three days is as long as one of a second. */
export async function notify({ id, endpoint, event, once }: NotifyInput): Promise<Delivery> {
  const { deliver } = proxyActivities<NotificationActivities>({
    activityId: "deliver",
    summary: `tell ${endpoint}`,
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: once === true ? { maximumAttempts: 1 } : RETRY,
  });
  try {
    const delivery = await deliver({ id, endpoint, event });
    setCurrentDetails(markdownText(delivery.sentence));
    return delivery;
  } catch (error) {
    const failure = shownFailure(error);
    if (failure !== undefined) setCurrentDetails(markdownText(failure.message));
    throw error;
  }
}

export async function announce({ event, endpoint, once }: AnnounceInput): Promise<readonly Delivery[]> {
  const endpoints = await endpointsFor({ event, ...(endpoint === undefined ? {} : { endpoint }) });
  if (once === true) return Promise.all(endpoints.map((name) => tellOnce(event, name)));
  for (const name of endpoints) await startNotify(event, name);
  return endpoints.map((name) => ({ endpoint: name, delivered: false, sentence: `${name} is being told` }));
}

async function tellOnce(event: AnnounceInput["event"], endpoint: string): Promise<Delivery> {
  const options = notifyOptions({ id: messageId(event), endpoint, event, once: true });
  try {
    return await executeChild<typeof notify>(NOTIFY_TYPE, options);
  } catch (error) {
    const failure = shownFailure(error instanceof ChildWorkflowFailure ? error.cause : error);
    if (failure === undefined) throw error;
    const { message, hint } = failure;
    return {
      endpoint,
      delivered: false,
      sentence: `${message}${hint === undefined ? "" : ` (${hint})`}`,
    };
  }
}
