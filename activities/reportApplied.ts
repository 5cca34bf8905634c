/** Tells the run's workflow where its commands took effect. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Context, log } from "@temporalio/activity";
import { APPLIED_SIGNAL, type AppliedCommand } from "../spec/steering.js";

/** Of an outage of the Temporal server; training does not wait for it. */
const RETRY_MS = 2_000;
/** What is not told by then is not told: the stage's summary has it too. */
const FLUSH_MS = 10_000;

export interface AppliedReporter {
  report(applied: AppliedCommand): void;
  /** Waits, for a bounded time, until all is told: a stage that ended before would look as if it had missed them. */
  flush(): Promise<void>;
}

export function reportApplied({ client, info }: Context): AppliedReporter {
  const handle = client.workflow.getHandle(info.workflowExecution?.workflowId ?? "");
  let isOver = false;
  const tell = async (applied: AppliedCommand): Promise<void> => {
    while (!isOver) {
      try {
        await handle.signal(APPLIED_SIGNAL, applied);
        return;
      } catch (error) {
        log.warn("a command's effect could not be reported yet", { seq: applied.seq, error: String(error) });
        await sleep(RETRY_MS);
      }
    }
  };
  let telling: Promise<void> = Promise.resolve();
  return {
    report: (applied) => {
      telling = telling.then(() => tell(applied));
    },
    flush: async () => {
      await Promise.race([telling, sleep(FLUSH_MS, undefined, { ref: false })]);
      isOver = true;
    },
  };
}
