/** The run's visible state: the `runState` query, search attributes and the details in the Temporal UI. */

import {
  ActivityFailure,
  ApplicationFailure,
  defineQuery,
  defineSignal,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from "@temporalio/workflow";
import type { StageOutcome } from "../spec/pipeline/activities.js";
import { heldBy, type StagePauses } from "../spec/pipeline/pauses.js";
import {
  PROGRESS_SIGNAL,
  RUN_STATE_QUERY,
  type RunInput,
  type RunResult,
  type RunState,
  type StageProgress,
  type StageStatus,
} from "../spec/pipeline/run.js";
import type { AttributeValues } from "../spec/pipeline/searchAttributes.js";
import { stageStatuses } from "../spec/pipeline/walk/statuses.js";
import type { Step } from "../spec/pipeline/walk/walk.js";
import type { PodState } from "../spec/pods/pod.js";
import type { AppliedAt, Pause, RunControl } from "../spec/steering/steering.js";
import { findableBy } from "./attributes.js";
import { describeRun, type RunEnd, type StageNews } from "./details.js";
import { shownFailure } from "./failure.js";

/** What is told of a stage while it runs, in place of what was told before. */
export type Say = (said: Pick<StageStatus, "note" | "shards">) => void;

export interface RunTracker {
  /**
   * Runs one stage and keeps its state up to date.
   * @param stage may say something while it runs
   * @param accept throws where the run must fail over the outcome; the stage's artifact is shown all the same
   */
  during(
    name: string,
    stage: (say: Say) => Promise<StageOutcome>,
    accept: (outcome: StageOutcome) => void,
  ): Promise<StageOutcome>;
  /** Shows the stages as they are planned now, and which are left out. */
  follow(steps: readonly Step[]): void;
  /** Shows the stage as paused, or as running again. @param at where it stopped, if it had begun */
  hold(name: string, pause: Pause | undefined, at?: AppliedAt): void;
  steered(control: RunControl): void;
  /** Shows what the run's pods do. */
  pods(states: readonly PodState[]): void;
  /** The whole run: shows what it came to, or what it failed with and what did not run. */
  whole(work: () => Promise<RunResult>): Promise<RunResult>;
}

export function trackRun(run: RunInput, planned: readonly Step[]): RunTracker {
  let steps = planned;
  /** Of the stages that have begun. */
  const begun = new Map<string, StageStatus>();
  let end: RunEnd = {};
  /** Of the stages at work, by name. */
  const news = new Map<string, StageNews>();
  let control: RunControl | undefined;
  let pods: readonly PodState[] = [];
  const find = findableBy(run.attributes);
  /** Learned since the last stage began; each command is an event of the history, so they go with the next stage's. */
  let learned: AttributeValues = {};
  const atWork = new Set<string>();
  /** In milliseconds. */
  const pauses = new Map<string, StagePauses>();
  /** The stage that the run is found by: the last that began, of those at work. */
  let foremostStage: string | undefined;
  const learn = ({ artifact, base, validationAccuracy }: StageOutcome): void => {
    const best = Math.max(learned.best ?? 0, validationAccuracy ?? 0);
    learned = {
      ...learned,
      ...(artifact.kind === "ingest" ? { dataset: artifact.digest } : {}),
      ...(base === undefined ? {} : { base }),
      ...(best === 0 ? {} : { best }),
    };
  };
  const isOver = (): boolean => end.ended !== undefined;
  const state = (): RunState => ({
    runId: run.runId,
    model: run.file.name,
    stages: isOver() ? stageStatuses(steps, begun).map(notRunIfWaiting) : stageStatuses(steps, begun),
    ...(control === undefined ? {} : { control }),
    ...foremost(pods),
  });
  const show = (): void => setCurrentDetails(describeRun(run, state(), end, [...news.values()]));
  const set = (status: StageStatus): void => {
    begun.set(status.name, status);
    show();
  };
  setHandler(defineQuery<RunState>(RUN_STATE_QUERY), state);
  setHandler(
    defineSignal<[StageProgress]>(PROGRESS_SIGNAL),
    ({ stage, progress }) => {
      // What is told of a stage that has ended may come late.
      if (begun.get(stage)?.state !== "running") return;
      news.set(stage, { stage, progress, at: Date.now() });
      show();
    },
    { description: "how far the stage at work has come; at most a few dozen of a stage" },
  );
  show();

  return {
    during: async (name, stage, accept) => {
      const started = Date.now();
      let made: Pick<StageStatus, "artifact" | "warnings"> = {};
      const took = (): Pick<StageStatus, "seconds" | "paused"> => timeOf(started, pauses.get(name));
      atWork.add(name);
      foremostStage = name;
      find({ ...learned, stage: name });
      set({ name, state: "running" });
      try {
        const outcome = await stage((said) => set({ name, state: "running", ...said }));
        made = { artifact: outcome.artifact };
        learn(outcome);
        accept(outcome);
        const ended = outcome.kept === false ? "rolled-back" : "done";
        const { note, warnings } = outcome;
        made = { ...made, ...(warnings === undefined ? {} : { warnings }) };
        set({ name, state: outcome.cached ? "cached" : ended, ...made, note, ...took() });
        atWork.delete(name);
        const other = [...atWork].at(-1);
        if (foremostStage === name && other !== undefined) {
          foremostStage = other;
          find({ ...learned, stage: other });
        }
        return outcome;
      } catch (error) {
        const state = isCancellation(error) ? "cancelled" : "failed";
        set({ name, state, ...made, note: reasonOf(error), ...took() });
        throw error;
      } finally {
        atWork.delete(name);
        news.delete(name);
      }
    },
    follow: (newest) => {
      steps = newest;
      show();
    },
    hold: (name, pause, { epoch, step } = { stage: name }) => {
      find({ state: pause === undefined ? "running" : "paused" });
      pauses.set(name, heldBy(pauses.get(name), pause !== undefined, Date.now()));
      if (pause === undefined) set({ name, state: "running" });
      else {
        const place = epoch === undefined ? "" : `at epoch ${epoch}, step ${step}, `;
        set({ name, state: "paused", note: `${place}since ${pause.since} by ${pause.by}` });
      }
    },
    steered: (newest) => {
      control = newest;
      show();
    },
    pods: (newest) => {
      pods = newest;
      show();
    },
    whole: async (work) => {
      try {
        const result = await work();
        end = { result };
        const { testAccuracy: accuracy, version } = result;
        find({ ...learned, accuracy, version, state: "finished" });
        return result;
      } catch (error) {
        end = { ended: shownFailure(error) ?? "cancelled" };
        find({ ...learned, state: end.ended === "cancelled" ? "cancelled" : "failed" });
        throw error;
      } finally {
        show();
      }
    },
  };
}

/** Of a stage that ends now. A run that waits for a person for a night has not worked through it. */
function timeOf(started: number, pauses: StagePauses | undefined): Pick<StageStatus, "seconds" | "paused"> {
  const now = Date.now();
  const whole = (now - started) / 1000;
  if (pauses === undefined) return { seconds: whole };
  const paused = heldBy(pauses, false, now).over / 1000;
  return { seconds: whole - paused, paused };
}

/** The one that runs is the answer to what the run does; those that are waited for keep nobody from it. */
function foremost(pods: readonly PodState[]): Pick<RunState, "pod" | "otherPods"> {
  const pod = pods.find(({ phase }) => phase === "running") ?? pods[0];
  if (pod === undefined) return {};
  const others = pods.filter((one) => one !== pod);
  return { pod, ...(others.length === 0 ? {} : { otherPods: others }) };
}

function notRunIfWaiting(stage: StageStatus): StageStatus {
  return stage.state === "waiting" ? { ...stage, state: "not-run" } : stage;
}

function reasonOf(error: unknown): string {
  if (isCancellation(error)) return "cancelled";
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return cause.message;
  return cause instanceof Error ? cause.message : String(cause);
}
