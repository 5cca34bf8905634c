/**
 * The pods of a run that does stages side by side: as many lanes as it may do stages at once, each with one pod after
 * another. A lane's pod comes when a stage takes the lane, and goes when nothing waits for it: GPUs cost money.
 */
import { ApplicationFailure, condition, defineSignal, setHandler } from "@temporalio/workflow";
import type { ErrorCode } from "../spec/errors.js";
import type { RunInput } from "../spec/pipeline/run.js";
import { podGroupOf } from "../spec/pods/groups.js";
import { POD_SIGNAL, type PodState } from "../spec/pods/pod.js";
import type { PodStage } from "../spec/pods/stages.js";
import { type PodLane, podLane, type TrainingPlace } from "./pods.js";

/**
 * @param most lanes, from 1
 * @param show is told of all pods that there are, or are waited for
 */
export function podsOf(
  run: RunInput,
  most: number,
  show: (pods: readonly PodState[]) => void,
): TrainingPlace {
  let jobs = 0;
  const states = new Map<number, PodState>();
  const busy = new Set<PodLane>();
  /** Those that got no pod, while another one had: the run goes on with fewer. */
  const givenUp = new Set<PodLane>();
  const lanes = Array.from({ length: most }, (_, index): PodLane => {
    const number = index + 1;
    return podLane({
      run,
      ...(number === 1 ? {} : { lane: number }),
      next: () => ++jobs,
      show: (state) => {
        if (state === undefined) states.delete(number);
        else states.set(number, state);
        show([...states].toSorted(([one], [other]) => one - other).map(([, each]) => each));
      },
    });
  });
  setHandler(defineSignal<[PodState]>(POD_SIGNAL), (state) => lanes[(state.lane ?? 1) - 1]?.told(state), {
    description: "one of the run's pods has changed",
  });

  const idle = (): readonly PodLane[] => lanes.filter((lane) => !busy.has(lane) && !givenUp.has(lane));
  const withPod = (): readonly PodLane[] => idle().filter((lane) => lane.has() !== undefined);
  const fits = (lane: PodLane, kind: PodStage): boolean => {
    const pod = lane.has();
    return pod !== undefined && pod.group === podGroupOf(run.file, kind);
  };
  /** Takes a lane: one with a pod that will do, else without one, else with one that makes room. */
  const takeLane = async (kind: PodStage): Promise<PodLane> => {
    for (;;) {
      const free = idle();
      const lane =
        free.find((one) => fits(one, kind)) ?? free.find((one) => one.has() === undefined) ?? free[0];
      if (lane !== undefined) {
        // Before anybody else looks.
        busy.add(lane);
        return lane;
      }
      await condition(() => idle().length > 0);
    }
  };
  const othersRun = (lane: PodLane): boolean =>
    [...states].some(([number, { phase }]) => phase === "running" && lanes[number - 1] !== lane);

  return {
    during: async (kind, stage) => {
      for (;;) {
        const lane = await takeLane(kind);
        try {
          return await lane.during(kind, stage);
        } catch (error) {
          if (!isNotStarted(error) || !othersRun(lane)) throw error;
          givenUp.add(lane);
          void lane.release();
        } finally {
          busy.delete(lane);
        }
      }
    },
    keepFor: (kinds, ready) => {
      const isOfUse = (lane: PodLane): boolean => kinds.some((kind) => fits(lane, kind));
      for (const lane of withPod().filter((one) => !isOfUse(one))) void lane.release();
      // Of those that wait for later stages one is kept, where none is at work: it spares that stage a start.
      const kept = Math.max(ready, busy.size === 0 ? 1 : 0);
      for (const lane of withPod().slice(kept)) void lane.release();
    },
    release: async () => {
      await Promise.all(idle().map((lane) => lane.release()));
    },
  };
}

/** A cluster that has room for fewer pods than the run may have at once is no reason to fail. */
function isNotStarted(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === ("POD_NOT_STARTED" satisfies ErrorCode);
}
