/** What stands in for stages, and shards, that are done side by side. */
import assert from "node:assert/strict";
import { ApplicationFailure, Context } from "@temporalio/activity";
import { getRun } from "../../../client/runs/watch.js";
import type { Session } from "../../../client/session.js";
import { until } from "../until.js";
import { EVALUATION, RECIPE, type StandIns } from "./standIns.js";

export const SUMMARIES = {
  ingest: { images: 8, classes: ["a", "b"], quarantined: [] },
  recipe: {
    ...RECIPE,
    decision: { ...RECIPE.decision, folds: { count: 3, reason: "as the run file asks" } },
  },
  tune: { kept: false, verdict: "rolled back: validation did not get better" },
  fold: { images: { heldOut: 4 }, head: { accuracy: 0.5 }, final: { accuracy: 0.75 } },
  evaluate: EVALUATION,
};

/** Shards of the features: how many in all, those that are not there, and what each does. */
export interface MadeUpShards {
  readonly count: number;
  readonly missing: readonly number[];
  readonly compute: (index: number) => Promise<void> | undefined;
}

const LIST = { kind: "shards", key: "0".repeat(64), digest: "1".repeat(64) };

/**
 * @param shards undefined where there are none
 * @param beginning runs what is called `shard N`
 */
export function shardStandIns(
  shards: () => MadeUpShards | undefined,
  beginning: (name: string, does: () => Promise<void> | undefined) => Promise<void>,
): NonNullable<StandIns["shards"]> {
  return {
    plan: async () => {
      const made = shards();
      return made && { list: LIST, shards: made.count, missing: made.missing };
    },
    extract: async ({ list, portion }) => {
      assert.deepEqual(list, LIST);
      for (const index of portion) await beginning(`shard ${index}`, () => shards()?.compute(index));
      return { computed: portion.length };
    },
  };
}

export async function untilCancelled(): Promise<void> {
  const { cancelled, heartbeat } = Context.current();
  const beat = setInterval(heartbeat, 50);
  await cancelled.finally(() => clearInterval(beat));
}

/** What stages do, by their names, that stay at work until all of them have been at work together. */
export function meeting(
  names: readonly string[],
  atWork: () => ReadonlySet<string>,
): Readonly<Record<string, () => Promise<void>>> {
  let met = false;
  const wait = async (): Promise<void> => {
    await until(
      `${names.join(", ")} are at work at once`,
      async () => {
        Context.current().heartbeat();
        met ||= names.every((name) => atWork().has(name));
        return met;
      },
      () => [...atWork()],
    );
  };
  return Object.fromEntries(names.map((name) => [name, wait]));
}

/**
 * What a training activity does once it sees the command to pause; the second time it goes through.
 * @param begun names of stages, in order
 */
export function stoppingForPause(
  begun: () => readonly string[],
  atWork: () => ReadonlySet<string>,
  session: () => Session,
): (...beside: readonly string[]) => () => Promise<void> {
  return (...beside) =>
    async () => {
      const { info, heartbeat } = Context.current();
      if (begun().filter((name) => name === info.activityId).length > 1) return;
      // Who is silent counts as dead on a busy machine, and would go through as if it had been paused.
      await until("all are at work", async () => {
        heartbeat();
        return beside.every((name) => atWork().has(name));
      });
      const runId = info.workflowExecution?.workflowId ?? "";
      await until("the run is paused", async () => {
        heartbeat();
        return (await getRun(session(), runId)).control?.paused !== undefined;
      });
      throw ApplicationFailure.create({
        ...{ message: "paused", type: "PAUSED", nonRetryable: true, details: [{}] },
      });
    };
}
