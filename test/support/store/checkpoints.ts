/** Checkpoints in a store that test files use one after the other. */
import { CHECKPOINTS_PREFIX } from "../../../store/checkpoints/checkpoints.js";
import type { Store } from "../../../store/connection/connection.js";
import { listNames } from "../../../store/json.js";

/**
 * A stage of the file before may not have heard yet that its run was ended, and writes on into the emptied store.
 * @returns what lists the names of checkpoints, but for stages that have one now
 */
export async function checkpointsFromNow(store: Store): Promise<() => Promise<string[]>> {
  const earlier = new Set((await listNames(store, CHECKPOINTS_PREFIX)).map(stageOf));
  return async () =>
    (await listNames(store, CHECKPOINTS_PREFIX)).filter((name) => !earlier.has(stageOf(name)));
}

/** `checkpoints/STAGEKEY/RUN/…` */
const stageOf = (name: string): string => name.split("/").slice(0, 3).join("/");
