/** Tells the run's workflow where its commands took effect. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "@temporalio/activity";
import { APPLIED_SIGNAL, type AppliedCommand } from "../../spec/steering/steering.js";

/** Of an outage of the Temporal server; training does not wait for it. */
const RETRY_MS = 2_000;
/** What is not told by then is not told: the stage's summary has it too. */
const FLUSH_MS = 10_000;

export type TellApplied = (applied: AppliedCommand) => Promise<void>;

export interface AppliedReporter {
  report(applied: AppliedCommand): void;
  /** Waits, for a bounded time, until all is told: a stage that ended before would look as if it had missed them. */
  flush(): Promise<void>;
}

/** By a signal to the workflow of the activity; works on when the server has given the attempt up. */
export function signalApplied({ client, info }: Context): TellApplied {
  const handle = client.workflow.getHandle(info.workflowExecution?.workflowId ?? "");
  return (applied) => handle.signal(APPLIED_SIGNAL, applied);
}

export function reportApplied(tell: TellApplied): AppliedReporter {
  let isOver = false;
  const tellOnce = async (applied: AppliedCommand): Promise<void> => {
    while (!isOver) {
      try {
        await tell(applied);
        return;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  };
  let telling: Promise<void> = Promise.resolve();
  return {
    report: (applied) => {
      telling = telling.then(() => tellOnce(applied));
    },
    flush: async () => {
      await Promise.race([telling, sleep(FLUSH_MS, undefined, { ref: false })]);
      isOver = true;
    },
  };
}
