/** What was told of looks that did not take place: of each span once. */
import type { Silence } from "../../spec/schedules/silence.js";
import { silenceSchema } from "../../spec/schemas/store/schedule.js";
import type { Store } from "../connection/connection.js";
import { readLosable, writeRecordOnce } from "../record.js";

type Span = Pick<Silence, "id" | "since">;

/** Below the schedule's own records, which are removed with it. */
export const silenceFolder = (id: string): string => `schedules/${id}/silences/`;
const silenceName = ({ id, since }: Span): string => `${silenceFolder(id)}${since.replace(/[-:]/g, "")}.json`;

/** A record that is damaged says nothing: it is told once more. @throws ThawError STORE_… */
export async function isTold(store: Store, span: Span): Promise<boolean> {
  return (await readLosable(store, silenceName(span), silenceSchema)) !== undefined;
}

/** @throws ThawError STORE_… */
export async function noteTold(store: Store, silence: Silence): Promise<void> {
  await writeRecordOnce(store, silenceName(silence), silence);
}
