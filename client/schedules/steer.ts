/** Pauses, triggers, fills in and deletes schedules. */
import { setTimeout as sleep } from "node:timers/promises";
import { ScheduleNotFoundError } from "@temporalio/client";
import { ThawError } from "../../spec/errors.js";
import { MOST_OF_A_NOTE } from "../../spec/records/aliasDecision.js";
import type { Overlap } from "../../spec/schedules/schedule.js";
import { noteOfPause } from "../../spec/schedules/words.js";
import { unlessDamaged } from "../../store/record.js";
import { readSchedule, removeSchedule, writeSwitch } from "../../store/records/schedules.js";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { whoAmI } from "../whoAmI.js";
import { describeSchedule, matchingTimes, policyOf } from "./temporalSchedule.js";
import { resolveSchedule } from "./view.js";

type Handle = ReturnType<Session["temporal"]["schedule"]["getHandle"]>;

async function told<T>(
  session: Session,
  id: string,
  doing: string,
  call: (handle: Handle) => Promise<T>,
): Promise<T> {
  try {
    return await temporalCall(session, `${doing} schedule ${id}`, () =>
      call(session.temporal.schedule.getHandle(id)),
    );
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new ThawError(
      "NOT_FOUND",
      `the Temporal server has no schedule ${id}: it was lost, and nothing looks`,
      {
        hint: `\`thaw schedule apply --from-store ${id}\` makes it anew`,
        cause: error,
      },
    );
  }
}

export interface Switched {
  readonly id: string;
  readonly paused: boolean;
  /** False where it was so already. */
  readonly switched: boolean;
}

/** @param name a schedule's, or its model's @throws ThawError NOT_FOUND, USAGE for a note that is too long, TEMPORAL_…, STORE_… */
export async function switchSchedule(
  session: Session,
  name: string,
  paused: boolean,
  note: string | undefined,
): Promise<Switched> {
  if ((note?.length ?? 0) > MOST_OF_A_NOTE)
    throw new ThawError(
      "USAGE",
      `a note has at most ${MOST_OF_A_NOTE} characters, and this one ${note?.length}`,
    );
  const id = await resolveSchedule(session, name);
  const by = whoAmI();
  const record = await unlessDamaged(readSchedule(session.store, id), []);
  const described = await told(session, id, "reading", (handle) => handle.describe());
  if (described.state.paused === paused) return { id, paused, switched: false };
  await told(session, id, paused ? "pausing" : "unpausing", (handle) =>
    paused
      ? handle.pause(note || noteOfPause(by))
      : // The server takes an empty note for no order at all.
        handle.unpause(note || record?.note || `unpaused by ${by}`),
  );
  await writeSwitch(session.store, {
    ...{ id, at: new Date().toISOString(), paused, by },
    ...(note === undefined ? {} : { note }),
  });
  return { id, paused, switched: true };
}

/** The server starts what is triggered at once, unless the policy forbids it. */
const START_MS = 5_000;
const INTERVAL_MS = 100;

export interface Triggered {
  readonly id: string;
  /** Absent where nothing was started. */
  readonly workflowId?: string;
  /** Looks that went on before. */
  readonly running: readonly string[];
}

/** @param overlap the schedule's own when left out @throws ThawError NOT_FOUND, TEMPORAL_…, STORE_… */
export async function triggerSchedule(
  session: Session,
  name: string,
  overlap: Overlap | undefined,
): Promise<Triggered> {
  const id = await resolveSchedule(session, name);
  const before = await told(session, id, "reading", (handle) => handle.describe());
  const idsOf = ({ info }: typeof before): string[] =>
    info.recentActions.map(({ action }) => action.workflow.workflowId);
  const known = new Set(idsOf(before));
  const running = before.info.runningActions.map(({ workflow }) => workflow.workflowId);
  const policy = overlap === undefined ? before.policies.overlap : policyOf(overlap);
  // Without a policy the SDK triggers with ALLOW_ALL, whatever the schedule says.
  await told(session, id, "triggering", (handle) => handle.trigger(policy));
  const until = Date.now() + (running.length > 0 && policy === "SKIP" ? START_MS / 5 : START_MS);
  while (Date.now() < until) {
    await sleep(INTERVAL_MS);
    const described = await told(session, id, "reading", (handle) => handle.describe());
    const workflowId = idsOf(described).find((one) => !known.has(one));
    if (workflowId !== undefined) return { id, workflowId, running };
  }
  return { id, running };
}

export interface Backfilled {
  readonly id: string;
  /** For which looks are started, ascending. */
  readonly times: readonly Date[];
}

/**
 * Looks for the times of the past that the schedule has there. All of them see the images as they are now.
 * @param overlap the schedule's own when left out
 * @throws ThawError NOT_FOUND, USAGE where there is no such time, or too many, TEMPORAL_…, STORE_…
 */
export async function backfillSchedule(
  session: Session,
  name: string,
  { from, to, overlap }: { readonly from: Date; readonly to: Date; readonly overlap?: Overlap },
): Promise<Backfilled> {
  // Before the order of the two: without --to nobody has said what --from would not be before.
  if (from.getTime() > Date.now())
    throw new ThawError("USAGE", "--from lies in the future, which will come of itself");
  if (!(from < to)) throw new ThawError("USAGE", "--from is not before --to");
  if (to.getTime() > Date.now())
    throw new ThawError("USAGE", "--to lies in the future, which will come of itself");
  const id = await resolveSchedule(session, name);
  const { policies } = await told(session, id, "reading", (handle) => handle.describe());
  const { times, from: since } = await matchingTimes(session, id, from, to);
  if (since > from)
    throw new ThawError("USAGE", `schedule ${id} has more than a thousand times from --from to --to`, {
      hint: "all looks see the images as they are now: one is enough, `thaw schedule trigger`",
    });
  if (times.length === 0)
    throw new ThawError(
      "USAGE",
      `schedule ${id} has no time from ${from.toISOString()} to ${to.toISOString()}`,
      {
        hint: `\`thaw schedule show ${id}\` says when it looks`,
      },
    );
  await told(session, id, "filling in", (handle) =>
    handle.backfill({
      start: from,
      end: to,
      overlap: overlap === undefined ? policies.overlap : policyOf(overlap),
    }),
  );
  return { id, times };
}

/** From the server and from the store; what its looks came to stays. @throws ThawError NOT_FOUND, TEMPORAL_…, STORE_… */
export async function deleteSchedule(session: Session, name: string): Promise<{ readonly id: string }> {
  const id = await resolveSchedule(session, name);
  if ((await describeSchedule(session, id)) !== undefined)
    await told(session, id, "deleting", (handle) => handle.delete());
  await removeSchedule(session.store, id);
  return { id };
}
