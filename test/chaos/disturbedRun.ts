/** One run, and what is done to it on its way. */
import type { Progress } from "../../spec/records/training.js";
import { disturb } from "./disturb.js";
import { atMoment } from "./moment.js";
import { type Disturbance, isKill } from "./plan.js";
import type { Testbed } from "./testbed.js";
import { type Sight, watchFromOutside } from "./watch.js";

/** A disturbance that has happened. */
export interface Happened extends Pick<Disturbance, "kind" | "moment"> {
  /** Number of the run, from 0. */
  readonly run: number;
  readonly runId: string;
  /** The stage that was at work. */
  readonly stage: string;
  /** Attempt at it, from 1; 0 while its artifact is looked up. */
  readonly attempt: number;
  /** What the stage had last told of itself, at most some seconds before. */
  readonly told: Progress | undefined;
  /** ISO 8601. */
  readonly at: string;
}

/** A run's activities are tried ten times; the last ones are for what nobody meant to do. */
const MOST_ATTEMPTS = 6;
/** Retries pause for half a minute, and a stage waits three minutes for its store. */
const STAGE_MS = 420_000;

export interface RunToDisturb {
  readonly number: number;
  readonly runId: string;
  readonly plan: readonly Disturbance[];
  /** Stages in their order, with the seconds that each takes undisturbed. */
  readonly stages: ReadonlyMap<string, number>;
  /** Whether one more may be done. */
  readonly goesOn: () => boolean;
  readonly onHappened: (happened: Happened) => void;
}

/** Ends with the run. @throws Error when the run does not move on any more */
export async function disturbRun(testbed: Testbed, run: RunToDisturb): Promise<void> {
  const watch = watchFromOutside(testbed.session, run.runId);
  const order = [...run.stages.keys()];
  const placeOf = ({ stage }: Sight): number => order.indexOf(stage ?? "");
  try {
    for (const { stage, kind, moment, draws } of run.plan) {
      if (!run.goesOn()) break;
      const place = order.indexOf(stage);
      await arrival(watch, (sight) => placeOf(sight) >= place);
      const still = (sight: Sight): boolean => placeOf(sight) <= place && sight.attempt <= MOST_ATTEMPTS;
      let after = async (): Promise<void> => {};
      await atMoment(moment, { proxy: testbed.proxy, watch }, still, run.stages.get(stage) ?? 1, async () => {
        const { attempt, progress } = watch.now();
        const at = new Date().toISOString();
        const { hit, afterwards } = await disturb(testbed, watch, kind, draws);
        after = afterwards;
        if (hit)
          run.onHappened({
            ...{ run: run.number, runId: run.runId, stage: watch.now().stage ?? stage },
            ...{ attempt, told: progress, kind, moment, at },
          });
      });
      await after();
    }
    await arrival(watch, () => false);
  } finally {
    testbed.proxy.listen({});
    testbed.proxy.spoil(() => undefined);
    watch.stop();
  }

  /** Waits for it, or the run's end, as long as the run moves from stage to stage. */
  async function arrival(of: typeof watch, holds: (sight: Sight) => boolean): Promise<void> {
    for (;;) {
      const { stage } = of.now();
      const moved = await of.until((sight) => holds(sight) || sight.stage !== stage, STAGE_MS);
      if (of.now().closed || holds(of.now())) return;
      if (!moved) throw new Error(`${run.runId} stays at ${JSON.stringify(of.now())}`);
    }
  }
}

export function killsOf(happened: readonly Happened[]): number {
  return happened.filter(({ kind }) => isKill(kind)).length;
}
