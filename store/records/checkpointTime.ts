/** `measured/checkpoint-time/MODEL.json`: how long a model's checkpoints take, so that its next pods are given the time. */
import { checkpointTimeSchema } from "../../spec/schemas/store/small.js";
import type { Store } from "../connection/connection.js";
import { readLosable, writeRecord } from "../record.js";

const nameOf = (model: string): string => `measured/checkpoint-time/${model}.json`;

/** @param seconds the slowest of a stage, from the written file to the proven upload */
export async function noteCheckpointTime(store: Store, model: string, seconds: number): Promise<void> {
  await writeRecord(store, nameOf(model), { seconds });
}

/** Undefined when nobody has measured it, or the record is damaged: the next stage measures it anew. */
export async function readCheckpointTime(store: Store, model: string): Promise<number | undefined> {
  return (await readLosable(store, nameOf(model), checkpointTimeSchema))?.seconds;
}
