/** What people and programs are told of, and how: the kinds of events, and what workflows and activities say of them. */

/** Kinds of events as settings and messages name them, by full stops as Standard Webhooks 1.0.0 proposes. */
export const EVENT_TYPES = [
  /** A run that no retraining has started ended well. */
  "run.finished",
  "run.failed",
  /** A look trained a version that did not become the one in use, and nobody is asked. */
  "retraining.finished",
  "retraining.failed",
  /** A trained version waits for a person's word. */
  "model.waiting",
  /** Nobody has answered, and nobody is asked again before that counts as a rejection. */
  "model.expiring",
  /** An alias means another version from now on. */
  "model.promoted",
  "model.rolled-back",
  /** New images look different from those that the version in use was evaluated on. */
  "model.drifted",
  /** Looks of a schedule did not take place. */
  "schedule.silent",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
/** What `thaw notifications test` sends, whatever events an endpoint wants. */
export const TEST_EVENT = "notification.test";

/** What happened. Texts may be anybody's: they are cleaned and bounded where the message is written. */
export interface ThawEvent {
  readonly type: EventType | typeof TEST_EVENT;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** One sentence that says it all. */
  readonly sentence: string;
  readonly model?: string;
  readonly version?: number;
  readonly alias?: string;
  /** From 1: how often it was told before that nobody has answered yet; absent where it is told for the first time. */
  readonly reminder?: number;
  readonly runId?: string;
  /** The workflow whose page in the Temporal UI tells more. */
  readonly workflowId?: string;
  readonly schedule?: string;
  /** What was measured or counted; accuracies in [0, 1]. */
  readonly figures?: Readonly<Record<string, number>>;
  /** The command with which a person acts on it. */
  readonly command?: string;
}

/** Names of the workflow types. */
export const NOTIFY_TYPE = "notify";
export const ANNOUNCE_TYPE = "announce";

/** Input of `notify`: one event for one endpoint. The endpoint's address and secret are in no history. */
export interface NotifyInput {
  /** `webhook-id`: the same at every attempt. */
  readonly id: string;
  /** Name of the endpoint in the installation's settings. */
  readonly endpoint: string;
  readonly event: ThawEvent;
  /** One attempt only: somebody waits for what comes of it. */
  readonly once?: true;
}

/** The workflow `notify`. */
export type Notify = (input: NotifyInput) => Promise<Delivery>;

/** Input of `announce`: starts a `notify` for every endpoint that wants the event. */
export interface AnnounceInput {
  readonly event: ThawEvent;
  /** Only this endpoint. */
  readonly endpoint?: string;
  /** Waits for one attempt each, and answers with what came of it. */
  readonly once?: true;
}

/** What came of telling an endpoint. */
export interface Delivery {
  readonly endpoint: string;
  /** False where it is being told still, or was not. */
  readonly delivered: boolean;
  readonly sentence: string;
}

/** Light activities of notifications, on the control worker. */
export interface NotificationActivities {
  /** Names of the endpoints that want an event of this type. */
  findEndpoints(asked: {
    readonly type: ThawEvent["type"];
    readonly endpoint?: string;
  }): Promise<readonly string[]>;
  /** Sends the message once; Temporal tries again. */
  deliver(request: Omit<NotifyInput, "once">): Promise<Delivery>;
}
