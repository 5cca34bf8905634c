/** Which event an end of a look or of a run is, and what is said of it. */
import type { RunInput, RunResult } from "../pipeline/run.js";
import type { DriftInBrief } from "../records/drift.js";
import type { Approval } from "../retraining/approval.js";
import type { Tick, TickVerdict } from "../retraining/retraining.js";
import { doubtsText, voiding } from "../warnings/doubts.js";
import { percent } from "../warnings/words.js";
import type { EventType, ThawEvent } from "./event.js";

/** A look that came to nothing is no news: there is one every night. */
const OF_VERDICT: Readonly<Record<TickVerdict, EventType | undefined>> = {
  unchanged: undefined,
  "too-few-new": undefined,
  "same-result": "retraining.finished",
  left: "retraining.finished",
  "not-proven": "retraining.finished",
  promoted: "model.promoted",
  waits: "model.waiting",
  failed: "retraining.failed",
  overtaken: "retraining.finished",
  // Whoever cancelled it knows.
  cancelled: undefined,
};

/** @returns undefined where there is nothing to tell */
export function eventOfTick(tick: Tick): ThawEvent | undefined {
  const type = OF_VERDICT[tick.verdict];
  if (type === undefined) return undefined;
  const { model, at, sentence, workflowId, schedule, version, runId, look, testAccuracy } = tick;
  const command = commandFor(type, tick);
  return {
    ...{ type, at, sentence, model, workflowId },
    ...(schedule === undefined ? {} : { schedule }),
    ...(version === undefined ? {} : { version }),
    ...(runId === undefined ? {} : { runId }),
    figures: {
      ...(testAccuracy === undefined ? {} : { testAccuracy }),
      ...(look === undefined
        ? {}
        : { images: look.images, added: look.added, removed: look.removed, changed: look.changed }),
    },
    ...(command === undefined ? {} : { command }),
  };
}

function commandFor(type: EventType, { model, version, runId }: Tick): string | undefined {
  switch (type) {
    case "model.waiting":
      return `thaw approve ${model}@${version}`;
    case "model.promoted":
      return `thaw rollback ${model}`;
    case "retraining.failed":
      return runId === undefined ? `thaw models ticks ${model}` : `thaw explain ${runId}`;
    default:
      return runId === undefined ? undefined : `thaw report ${runId} --open`;
  }
}

const HOUR_MS = 3_600_000;

/** A question that nobody has answered yet. @param at when it is asked again, ISO 8601 */
export function eventOfReminder(
  { request, workflowId, since, expires, reminders }: Approval,
  at: string,
  isLast: boolean,
): ThawEvent {
  const { model, version, alias, runId, testAccuracy, sentence, requestedBy } = request;
  const label = `${model}@${version}`;
  const { schedule } = requestedBy;
  return {
    type: isLast ? "model.expiring" : "model.waiting",
    ...{ at, model, version, alias, runId, workflowId, reminder: reminders },
    ...(schedule === undefined ? {} : { schedule }),
    sentence: `${label} waits for a person since ${since}; without an answer it is rejected at ${expires}${isLast ? ", and nobody is asked again before" : ""}: ${sentence}`,
    figures: { testAccuracy, hoursLeft: Math.round((Date.parse(expires) - Date.parse(at)) / HOUR_MS) },
    command: `thaw approve ${label}`,
  };
}

/** @param of what the images are, and when it was told */
export function eventOfDrift(
  { version, sentence, compared }: DriftInBrief,
  of: {
    readonly model: string;
    readonly at: string;
    readonly workflowId: string;
    readonly schedule?: string;
  },
): ThawEvent {
  return {
    type: "model.drifted",
    ...of,
    version,
    sentence: `new images against ${of.model}@${version}: ${sentence}`,
    figures: compared === undefined ? {} : { compared },
    command: `thaw models ticks ${of.model}`,
  };
}

/**
 * @param absent times for which there was no look, ascending, at least one
 * @param why of the last of them
 */
export function eventOfSilence(
  { id: schedule, model }: { readonly id: string; readonly model: string },
  absent: readonly Date[],
  why: string,
  at: string,
): ThawEvent {
  const [first, last] = [absent[0], absent.at(-1)].map((time) => time?.toISOString());
  const when =
    absent.length === 1 ? `a look, due by ${first},` : `${absent.length} looks from ${first} to ${last}`;
  return {
    ...{ type: "schedule.silent", at, model, schedule },
    sentence: `schedule ${schedule}: ${when} did not take place: ${why}`,
    figures: { missed: absent.length },
    command: `thaw schedule show ${schedule}`,
  };
}

export type RunEnded =
  | { readonly result: RunResult }
  | { readonly failure: { readonly message: string; readonly hint?: string } };

/** @param at when it ended, ISO 8601 */
export function eventOfRun({ runId, file: { name } }: RunInput, at: string, ended: RunEnded): ThawEvent {
  const common = { at, model: name, runId, workflowId: runId };
  if ("failure" in ended) {
    const { message, hint } = ended.failure;
    return {
      ...common,
      type: "run.failed",
      sentence: `${message}${hint === undefined ? "" : ` (${hint})`}`,
      command: `thaw explain ${runId}`,
    };
  }
  const { version, testAccuracy, testAccuracyInterval, warnings } = ended.result;
  const [low, high] = testAccuracyInterval;
  return {
    ...common,
    type: "run.finished",
    version,
    sentence: `${name}@${version}: test accuracy ${percent(testAccuracy)}, 95 % interval ${percent(low)} to ${percent(high)}${doubtsText(voiding(warnings))}`,
    figures: { testAccuracy, testAccuracyLow: low, testAccuracyHigh: high },
    command: `thaw report ${runId} --open`,
  };
}
