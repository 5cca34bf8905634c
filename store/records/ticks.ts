/** What the looks at a model's images came to: one record each, also where nothing was to do. */
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { Tick } from "../../spec/retraining/retraining.js";
import { tickSchema } from "../../spec/schemas/store/tick.js";
import { sha256 } from "../artifacts/keys.js";
import type { Store } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecord } from "../record.js";

const folder = (model: string): string => `models/${model}/ticks/`;
/** Sorted by time; the workflow's id tells two of one millisecond apart. */
const tickName = ({ model, at, workflowId }: Tick): string =>
  `${folder(model)}${at.replace(/[-:]/g, "")}-${sha256(workflowId).slice(0, 8)}.json`;

/** A repeated attempt writes the same record again. @throws ThawError STORE_… */
export async function writeTick(store: Store, tick: Tick): Promise<void> {
  await writeRecord(store, tickName(tick), tick);
}

/** The newest first. @param limit most that are read @throws ThawError STORE_… */
export async function listTicks(
  store: Store,
  model: string,
  limit: number,
  damaged: DamagedRecord[] = [],
): Promise<Tick[]> {
  const names = (await listNames(store, folder(model))).toReversed().slice(0, limit);
  const read = names.map((name) =>
    unlessDamaged(
      readRecord<Tick>(store, name, {
        schema: tickSchema,
        what: `the record of a look at the images of ${model}`,
        remedy: "put it back from a copy, or remove it: nothing depends on it",
        fault: (tick) => (tickName(tick) === name ? undefined : `it is of ${tick.model} at ${tick.at}`),
      }),
      damaged,
    ),
  );
  return (await Promise.all(read)).flatMap((tick) => (tick === undefined ? [] : [withoutSeal(tick)]));
}
