/**
 * The pods of a run that does stages side by side: as many lanes as it may do stages at once, each with one pod after
 * another. A lane's pod comes when a stage takes the lane, and goes when nothing waits for it: GPUs cost money.
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  patched,
  setHandler,
} from "@temporalio/workflow";
import type { ErrorCode } from "../spec/errors.js";
import type { RunInput } from "../spec/pipeline/run.js";
import { askedAgainAfter } from "../spec/pods/again.js";
import { podGroupOf } from "../spec/pods/groups.js";
import { POD_SIGNAL, type PodState } from "../spec/pods/pod.js";
import type { PodStage } from "../spec/pods/stages.js";
import { type PodLane, podLane, type TrainingPlace } from "./pods.js";

/**
 * @param most lanes, from 1
 * @param show is told of all pods that there are, or are waited for
 * @param isHeld whether the run is paused: a stage whose pod does not come then fails with that, and is asked for again later
 */
export function podsOf(
  run: RunInput,
  most: number,
  show: (pods: readonly PodState[]) => void,
  isHeld: () => boolean = () => false,
): TrainingPlace {
  let jobs = 0;
  const states = new Map<number, PodState>();
  /** With the kind of stage that has taken it. */
  const busy = new Map<PodLane, PodStage>();
  /** Those that got no pod, while another one had: the run goes on with fewer, and asks for one again later. */
  const givenUp = new Map<PodLane, GivenUp>();
  /** When a lane's pod was last known to run, in ms since 1970. */
  const ranAt = new Map<PodLane, number>();
  /** Those whose pod has run since a stage took them. */
  const come = new Set<PodLane>();
  const lanes = Array.from({ length: most }, (_, index): PodLane => {
    const number = index + 1;
    return podLane({
      run,
      ...(number === 1 ? {} : { lane: number }),
      next: () => ++jobs,
      show: (state) => {
        const lane = lanes[index] as PodLane;
        if (state?.phase === "running" || isRunning(lane)) ranAt.set(lane, Date.now());
        if (state?.phase === "running") {
          givenUp.delete(lane);
          come.add(lane);
        }
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
        take(lane, kind);
        return lane;
      }
      const next = nextAgain();
      // Runs in progress that began before lanes were asked for again wait for the others.
      if (next === undefined || !patched("lanes-again")) await condition(() => idle().length > 0);
      else if (isHeld()) await condition(() => idle().length > 0 || !isHeld());
      else if (next.at > Date.now()) await condition(() => idle().length > 0, next.at - Date.now());
      else {
        take(next.lane, kind);
        return next.lane;
      }
    }
  };
  /** Before anybody else looks. */
  const take = (lane: PodLane, kind: PodStage): void => {
    busy.set(lane, kind);
    if (!fits(lane, kind) || !isRunning(lane)) come.delete(lane);
  };
  /** Of those that were given up the one whose turn is next, and when. */
  const nextAgain = (): { readonly lane: PodLane; readonly at: number } | undefined =>
    [...givenUp]
      .filter(([lane]) => !busy.has(lane))
      .map(([lane, { at }]) => ({ lane, at }))
      .toSorted((one, other) => one.at - other.at)[0];
  const giveUp = (lane: PodLane): void => {
    const times = (givenUp.get(lane)?.times ?? 0) + 1;
    givenUp.set(lane, { times, at: Date.now() + askedAgainAfter(run.file, times) });
  };
  const phaseOf = (lane: PodLane): PodState["phase"] | undefined =>
    states.get(lanes.indexOf(lane) + 1)?.phase;
  const isRunning = (lane: PodLane): boolean => phaseOf(lane) === "running";
  /** Whether nothing was ever begun where it is, and no node is known for its pod. */
  const lacksNode = (lane: PodLane): boolean => !come.has(lane) && (phaseOf(lane) ?? "waiting") === "waiting";
  /** Runs in progress that began before stages went to other lanes wait for their own. */
  const mayMove = (): boolean => most > 1 && patched("lanes-move");
  /**
   * Does a stage in its lane, unless another one's pod comes free before its own has a node: there may be room for no more of them, and
   * who waits for a node keeps nobody from the pod that is there.
   * @returns its result, or the other lane, taken
   */
  const unlessMoved = async <T>(
    own: PodLane,
    kind: PodStage,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T } | { readonly other: PodLane }> => {
    if (!mayMove()) return { result: await work() };
    const free: { lane?: PodLane } = {};
    const takeFree = (): boolean => {
      const lane =
        isHeld() || !lacksNode(own) ? undefined : idle().find((one) => isRunning(one) && fits(one, kind));
      if (lane === undefined) return false;
      free.lane = lane;
      take(lane, kind);
      return true;
    };
    const stage = new CancellationScope();
    const look = new CancellationScope();
    const done = stage.run(work).then((result) => ({ result }));
    try {
      // A run that is cancelled, or fails, waits until the stage has ended.
      const found = new Promise<undefined>((resolve) => {
        look
          .run(() => condition(takeFree))
          .then(
            () => resolve(undefined),
            () => undefined,
          );
      });
      const first = await Promise.race([done, found]);
      if (first !== undefined) return first;
      stage.cancel();
      // It may have been quicker, after all.
      const late = await done.catch(() => undefined);
      if (late !== undefined) {
        // Its pod was begun with the stage, and was cancelled with it: the next stage begins another one.
        void own.release();
        return late;
      }
      const other = free.lane as PodLane;
      delete free.lane;
      return { other };
    } finally {
      look.cancel();
      if (free.lane !== undefined) busy.delete(free.lane);
    }
  };
  /** What is to become of a lane whose pod did not come; undefined where the run fails with that. */
  const withoutPod = (
    lane: PodLane,
    kind: PodStage,
    since: number,
    error: unknown,
  ): "given up" | "tried again" | undefined => {
    const others = lanes.filter((one) => one !== lane);
    const running = others.filter(isRunning);
    // Asking again is no reason to fail, whatever the others are at.
    if (
      givenUp.has(lane) &&
      others.some((one) => !givenUp.has(one)) &&
      (isOfType(error, "POD_REJECTED") || (isOfType(error, "POD_NOT_STARTED") && !isHeld()))
    )
      return "given up";
    // A cluster that has taken its like refuses one more for a quota of Jobs.
    if (isOfType(error, "POD_REJECTED"))
      return running.some((one) => fits(one, kind)) ? "given up" : undefined;
    // A cluster that has room for fewer pods than the run may have at once is no reason to fail.
    if (!isOfType(error, "POD_NOT_STARTED") || isHeld()) return undefined;
    if (running.length > 0) return "given up";
    // What took the room meanwhile is gone since.
    return others.some((one) => (ranAt.get(one) ?? 0) > since) ? "tried again" : undefined;
  };

  return {
    during: async (kind, stage) => {
      for (let other: PodLane | undefined; ; ) {
        const lane: PodLane = other ?? (await takeLane(kind));
        other = undefined;
        const since = Date.now();
        try {
          const done = await unlessMoved(lane, kind, () => lane.during(kind, stage));
          if ("result" in done) {
            givenUp.delete(lane);
            return done.result;
          }
          other = done.other;
          if (givenUp.has(lane)) giveUp(lane);
          void lane.release();
        } catch (error) {
          const then = withoutPod(lane, kind, since, error);
          if (then === "given up") giveUp(lane);
          // A lane that is given up is asked of no pod that it may have.
          if (then !== undefined || givenUp.has(lane)) void lane.release();
          if (then === undefined) throw error;
        } finally {
          busy.delete(lane);
        }
      }
    },
    keepFor: (later, now) => {
      const kept = new Set<PodLane>();
      const keepOne = (isOfUse: (lane: PodLane) => boolean): void => {
        const lane = withPod().find((one) => !kept.has(one) && isOfUse(one));
        if (lane !== undefined) kept.add(lane);
      };
      // A stage whose pod has no node goes to the one that is free now.
      const served = [...busy].filter(([lane]) => !lacksNode(lane) || !mayMove()).map(([, kind]) => kind);
      for (const kind of without(now, served)) keepOne((lane) => fits(lane, kind));
      // Of those that wait for later stages one is kept, where none is at work: it spares that stage a start.
      if (kept.size === 0 && busy.size === 0) keepOne((lane) => later.some((kind) => fits(lane, kind)));
      for (const lane of withPod()) if (!kept.has(lane)) void lane.release();
    },
    release: async () => {
      // Those that were given up may be on their way out still.
      await Promise.all(lanes.filter((lane) => !busy.has(lane)).map((lane) => lane.release()));
    },
  };
}

interface GivenUp {
  /** How often it got none, one after the other. */
  readonly times: number;
  /** When it is asked for one again, in ms since 1970. */
  readonly at: number;
}

function isOfType(error: unknown, code: ErrorCode): boolean {
  return error instanceof ApplicationFailure && error.type === code;
}

/** One of `taken` takes one of `all` away. */
function without<Item>(all: readonly Item[], taken: readonly Item[]): readonly Item[] {
  const rest = [...all];
  for (const one of taken) {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
  }
  return rest;
}
