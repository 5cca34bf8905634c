/** When a run's activities were asked for, taken and done, as its history has it. */
import type { History } from "../../client/temporal/eventHistory.js";
import { secondsOf } from "../../client/temporal/payloads.js";

/** In seconds since 1970. */
export interface ActivitySpan {
  readonly scheduled: number;
  readonly started: number;
  readonly ended: number;
}

/** @returns by activity id; of one that has not completed all three are when it was scheduled */
export function activitySpans(events: NonNullable<History["events"]>): ReadonlyMap<string, ActivitySpan> {
  const spans = new Map<string, ActivitySpan>();
  const ids = new Map<string, string>();
  const starts = new Map<string, number>();
  for (const event of events) {
    const at = secondsOf(event.eventTime);
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityId) {
      ids.set(String(event.eventId), scheduled.activityId);
      spans.set(scheduled.activityId, { scheduled: at, started: at, ended: at });
    }
    const started = event.activityTaskStartedEventAttributes;
    if (started) starts.set(String(started.scheduledEventId), at);
    const done = event.activityTaskCompletedEventAttributes;
    const id = ids.get(String(done?.scheduledEventId)) ?? "";
    const span = done && spans.get(id);
    if (span) spans.set(id, { ...span, started: starts.get(String(done.scheduledEventId)) ?? at, ended: at });
  }
  return spans;
}
