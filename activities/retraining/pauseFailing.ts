/** Pauses a schedule whose looks fail one after the other: the server itself can pause after the first failure only. */
import { Context } from "@temporalio/activity";
import { ScheduleNotFoundError } from "@temporalio/client";
import type { RetrainingActivities } from "../../spec/retraining/retraining.js";
import { listSwitches, readSchedule, writeSwitch } from "../../store/records/schedules.js";
import { listTicks } from "../../store/records/ticks.js";
import type { ControlDependencies } from "../context.js";

/** Looks at a model that are read: other schedules and people look, too. */
const MOST_TICKS = 200;

/**
 * @param pause tells the server; false where it has no such schedule any more
 * @throws ThawError STORE_…, ARTIFACT_CORRUPT
 */
export async function pauseFailing(
  { store }: Pick<ControlDependencies, "store">,
  { schedule, model, workflowId }: Parameters<RetrainingActivities["pauseFailing"]>[0],
  pause: (schedule: string, note: string) => Promise<boolean> = tellServer,
): Promise<string | null> {
  const pauseAfter = (await readSchedule(store, schedule))?.pauseAfter;
  if (pauseAfter === undefined) return null;
  const last = (await listSwitches(store, schedule, [])).at(-1);
  const since = last === undefined ? 0 : Date.parse(last.at);
  const ticks = await listTicks(store, model, MOST_TICKS, []);
  // After a pause the count begins anew: whoever ended it has seen those failures.
  const own = ticks.filter((tick) => tick.schedule === schedule && Date.parse(tick.at) >= since);
  const failed = own.findIndex(({ verdict }) => verdict !== "failed");
  if ((failed < 0 ? own.length : failed) < pauseAfter || last?.paused === true) return null;
  const note = `${pauseAfter === 1 ? "a look" : `${pauseAfter} looks in a row`} failed, the last one ${workflowId}`;
  if (!(await pause(schedule, note))) return null;
  await writeSwitch(store, {
    id: schedule,
    at: new Date().toISOString(),
    paused: true,
    by: workflowId,
    note,
  });
  return `schedule ${schedule} is paused: ${note}`;
}

async function tellServer(schedule: string, note: string): Promise<boolean> {
  try {
    await Context.current().client.schedule.getHandle(schedule).pause(note);
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}
