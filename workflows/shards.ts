/** Computes the features of a large set in parts before its stage puts them together: a window of shards goes over the set. */
import { portionsOf, type ShardPlan } from "../spec/pipeline/shards.js";
import type { ShardsAtWork } from "../spec/records/features.js";
import { sideBySide } from "./sideBySide.js";

export interface Sharding {
  readonly plan: ShardPlan;
  /** Activities at once, from 1. */
  readonly most: number;
  /** Has the shards of those numbers computed. @param number of the activity, from 1 */
  readonly compute: (portion: readonly number[], number: number) => Promise<unknown>;
  readonly show: (shards: ShardsAtWork) => void;
}

/** Returns when all shards are there. The first failure ends the others, and is thrown once they have stopped. */
export async function computeShards({
  plan: { shards: total, missing },
  most,
  compute,
  show,
}: Sharding): Promise<void> {
  const portions = portionsOf(missing).map((portion, index) => ({ name: `${index + 1}`, portion }));
  const began = Date.now();
  let computed = 0;
  const tell = (): void => {
    const toGo = missing.length - computed;
    const seconds = (Date.now() - began) / 1000;
    const eta = computed === 0 ? {} : { etaSeconds: Math.round((seconds / computed) * toGo) };
    show({ done: total - toGo, total, ...eta });
  };
  tell();
  let next = 0;
  const open = new Set<(typeof portions)[number]>();
  await sideBySide({
    most,
    // Those that are at work and as many as may begin: of many it would take long to look at all each time.
    ready: () => {
      while (open.size < most && next < portions.length)
        open.add(portions[next++] as (typeof portions)[number]);
      return [...open];
    },
    work: ({ portion, name }) => compute(portion, Number(name)),
    done: (task) => {
      open.delete(task);
      computed += task.portion.length;
      tell();
    },
  });
}
