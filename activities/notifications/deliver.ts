/** Sends one event to one endpoint, once; when the next attempt is due is said to Temporal. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { type ErrorCode, ThawError } from "../../spec/errors.js";
import { masked } from "../../spec/network/masked.js";
import type { Delivery, NotifyInput } from "../../spec/notifications/event.js";
import { messageOf, type UiPlace } from "../../spec/notifications/message.js";
import { delayAfter, retryAfterOf } from "../../spec/notifications/retries.js";
import { slackMessage } from "../../spec/notifications/slack.js";
import type { Resolve } from "../../store/connection/foreignHosts.js";
import { findEndpoint, type NotificationSources, readEndpoints, secretsOfEndpoint } from "./endpoints.js";
import { type Answer, post } from "./post.js";
import { signedHeaders } from "./signature.js";

export interface NotificationDependencies extends NotificationSources {
  /** How names become addresses; by the system if left out. */
  readonly resolve?: Resolve;
  /** Seconds between attempts, in place of those of `spec/notifications/retries.ts`. */
  readonly delays?: readonly number[];
}

type Request = Omit<NotifyInput, "once">;

/** What an attempt must know beside the message. */
export interface Attempt extends UiPlace {
  /** From 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** The activity. @throws as {@link attemptDelivery} */
export function deliver(
  dependencies: NotificationDependencies,
  uiUrl: string | undefined,
  request: Request,
): Promise<Delivery> {
  const { info, cancellationSignal: signal } = Context.current();
  const { attempt, namespace } = info;
  return attemptDelivery(
    dependencies,
    { attempt, signal, namespace, ...(uiUrl === undefined ? {} : { uiUrl }) },
    request,
  );
}

/** @throws ApplicationFailure NOT_DELIVERED, to be tried again after its `nextRetryDelay`; ThawError NOT_FOUND, which ends it */
export async function attemptDelivery(
  dependencies: NotificationDependencies,
  attempt: Attempt,
  request: Request,
): Promise<Delivery> {
  const { signal } = attempt;
  const again = (sentence: string, retryAfter?: number): ApplicationFailure =>
    ApplicationFailure.create({
      message: sentence,
      type: "NOT_DELIVERED" satisfies ErrorCode,
      nextRetryDelay: 1000 * delayAfter(attempt.attempt, Math.random(), retryAfter, dependencies.delays),
    });
  const { endpoint: name } = request;
  let answer: Answer;
  try {
    answer = await send(dependencies, attempt, request);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ThawError && error.code === "NOT_FOUND") throw error;
    // Settings, addresses and networks can all be mended within the three days.
    throw again(`${name} was not told: ${reasonOf(error)}`);
  }
  const { status, text, retryAfter } = answer;
  if (status >= 200 && status < 300) {
    return { endpoint: name, delivered: true, sentence: `${name} answered ${status}` };
  }
  const said = `${name} answered ${status}${text === "" ? "" : `: ${text}`}`;
  if (status === 410) {
    throw ApplicationFailure.create({
      message: `${said}; it wants no messages any more: take it out of the settings`,
      type: "NOT_DELIVERED" satisfies ErrorCode,
      nonRetryable: true,
    });
  }
  if (status >= 300 && status < 400)
    throw again(`${name} answered ${status}: redirects are not followed, give the address that it leads to`);
  const isBusy = [429, 502, 503, 504].includes(status);
  throw again(said, isBusy ? retryAfterOf(retryAfter, Date.now()) : undefined);
}

async function send(
  dependencies: NotificationDependencies,
  { signal, ...place }: Attempt,
  { id, endpoint: name, event }: Request,
): Promise<Answer> {
  const endpoint = findEndpoint(await readEndpoints(dependencies), name);
  const { url, keys } = await secretsOfEndpoint(endpoint, dependencies);
  const message = messageOf(event, place);
  const body = JSON.stringify(endpoint.format === "slack" ? slackMessage(message) : message);
  const headers = signedHeaders(id, Math.floor(Date.now() / 1000), body, keys);
  const { resolve } = dependencies;
  return post(url, headers, body, {
    allowPrivate: endpoint.allow_private,
    signal,
    ...(resolve === undefined ? {} : { resolve }),
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ThawError)) return masked((error as Error).message || String(error));
  const isInside = error.code === "DATA_INVALID";
  const hint = isInside ? "`allow_private: true` allows it for this endpoint" : error.hint;
  return `${error.message}${hint === undefined ? "" : ` (${hint})`}`;
}
