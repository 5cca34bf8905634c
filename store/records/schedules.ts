/** Schedules, of which the store has the truth, and when they were paused. */
import type { z } from "zod";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { ScheduleRecord, ScheduleSwitch } from "../../spec/schedules/schedule.js";
import { scheduleSchema, scheduleSwitchSchema } from "../../spec/schemas/store/schedule.js";
import { type Store, storeCall } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecord } from "../record.js";
import { silenceFolder } from "./silences.js";

const FOLDER = "schedules/";
const scheduleName = (id: string): string => `${FOLDER}${id}.json`;
const switchFolder = (id: string): string => `${FOLDER}${id}/switches/`;
const switchName = ({ id, at }: ScheduleSwitch): string =>
  `${switchFolder(id)}${at.replace(/[-:]/g, "")}.json`;

/** @throws ThawError STORE_… */
export async function writeSchedule(store: Store, schedule: ScheduleRecord): Promise<void> {
  await writeRecord(store, scheduleName(schedule.id), schedule);
}

/** @returns undefined when there is none @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function readSchedule(store: Store, id: string): Promise<ScheduleRecord | undefined> {
  const schedule = await readRecord<ScheduleRecord>(store, scheduleName(id), {
    // It says less of the input than the type does.
    schema: scheduleSchema as unknown as z.ZodType<ScheduleRecord>,
    what: `schedule ${id}`,
    remedy: "`thaw schedule apply` with its run file and times writes it again",
    fault: (record) => (record.id === id ? undefined : `it is of ${record.id}`),
  });
  return schedule === undefined ? undefined : withoutSeal(schedule);
}

/** By id. @param damaged gets those that cannot be read */
export async function listSchedules(store: Store, damaged: DamagedRecord[] = []): Promise<ScheduleRecord[]> {
  const ids = (await listNames(store, FOLDER)).flatMap(
    (name) => /^schedules\/([^/]+)\.json$/.exec(name)?.[1] ?? [],
  );
  const read = await Promise.all(ids.map((id) => unlessDamaged(readSchedule(store, id), damaged)));
  return read.filter((schedule) => schedule !== undefined);
}

/** A repeated attempt writes the same again. @throws ThawError STORE_… */
export async function writeSwitch(store: Store, entry: ScheduleSwitch): Promise<void> {
  await writeRecord(store, switchName(entry), entry);
}

/** Pauses and their ends, by time. @param damaged gets those that cannot be read */
export async function listSwitches(
  store: Store,
  id: string,
  damaged: DamagedRecord[] = [],
): Promise<ScheduleSwitch[]> {
  const names = await listNames(store, switchFolder(id));
  const read = names.map((name) =>
    unlessDamaged(
      readRecord<ScheduleSwitch>(store, name, {
        schema: scheduleSwitchSchema,
        what: `a pause of schedule ${id}`,
        remedy: "remove it: only what became of looks in that time is told by it",
        fault: (entry) => (switchName(entry) === name ? undefined : `it is of ${entry.id} at ${entry.at}`),
      }),
      damaged,
    ),
  );
  return (await Promise.all(read)).flatMap((entry) => (entry === undefined ? [] : [withoutSeal(entry)]));
}

/** With its pauses and what was told of it; what its looks came to stays. @throws ThawError STORE_… */
export async function removeSchedule(store: Store, id: string): Promise<void> {
  const own = (
    await Promise.all([switchFolder(id), silenceFolder(id)].map((folder) => listNames(store, folder)))
  ).flat();
  await storeCall(store, `removing schedule ${id}`, async () => {
    for (const name of [...own, scheduleName(id)]) await store.client.removeObject(store.bucket, name);
  });
}
