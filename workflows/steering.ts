/**
 * Takes commands for the run, writes them where its training activity finds them, and holds the run while it is paused.
 * No older history is concerned: without an update nothing here gives Temporal a command, and `patched` would be one.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
  upsertMemo,
} from "@temporalio/workflow";
import type { ErrorCode } from "../spec/errors.js";
import type { StagePlan } from "../spec/pipeline/stages.js";
import {
  APPLIED_SIGNAL,
  type AppliedAt,
  type AppliedCommand,
  type ControlFile,
  type Pause,
  type RunControl,
  STEER_UPDATE,
  STEERABLE_KINDS,
  type SteerCommand,
  type SteerRecord,
  type SteerRequest,
} from "../spec/steering/steering.js";
import { shortened, visible } from "../spec/text/visible.js";
import { refusal } from "./refusal.js";

export interface SteeringHooks {
  /** Writes the control file. @param seq of the newest command in it */
  readonly write: (file: ControlFile, seq: number) => Promise<void>;
  /** Called after each change. */
  readonly show: (control: RunControl) => void;
  /** A stage is held, or goes on (without a pause). @param at where it stopped, if it had begun */
  readonly hold: (stage: string, pause: Pause | undefined, at?: AppliedAt) => void;
}

export interface Steering {
  /**
   * Runs a stage that can be steered: it begins when the run is not paused, and begins again after a pause.
   * @param attempt is told up to which number pauses are over, whatever its copy of the control file says
   */
  during<T>(stage: StagePlan, attempt: (pausesOver: number) => Promise<T>): Promise<T>;
  isPaused(): boolean;
  /** Once all stages are done: the commands with what became of them. */
  finish(): Promise<readonly SteerRecord[]>;
}

/** Who steers says who they are; a memo stays with the run for good. */
const MOST_OF_NAME = 200;

export function steerRun(runId: string, { write, show, hold }: SteeringHooks): Steering {
  let commands: readonly SteerRecord[] = [];
  let lastSeq = 0;
  const atWork = new Map<string, StagePlan>();
  /** What holds the run; an `unpause` ends it only once the control file says so too. */
  let paused: (Pause & { readonly seq: number }) | undefined;
  /** What was said last, for the validator. */
  let asked: Pause | undefined;
  /** Number of the last `unpause` that took effect. */
  let pausesOver = 0;
  let written = 0;
  let isWriting = false;

  /** Of several at work the one that takes new values: there is at most one. */
  const steered = (): StagePlan | undefined => {
    const stages = [...atWork.values()];
    return stages.find(({ kind }) => STEERABLE_KINDS.includes(kind)) ?? stages[0];
  };

  const tell = (): void => show({ ...(paused === undefined ? {} : { paused: pauseOf(paused) }), commands });
  const setPaused = (next: typeof paused): void => {
    paused = next;
    upsertMemo({
      paused:
        next === undefined ? null : { since: next.since, by: shortened(visible(next.by), MOST_OF_NAME) },
    });
  };
  const settle = (seq: number, at: AppliedAt | undefined): void => {
    commands = commands.map((one) => {
      // A job that goes on from a checkpoint tells again what the checkpoint has.
      if (one.seq !== seq || (at !== undefined && isSamePlace(one.applied, at))) return one;
      return at === undefined
        ? { ...one, state: "missed" }
        : { ...one, state: "applied", applied: { ...at, at: now() } };
    });
    tell();
  };
  const missOpen = (isMissed: (one: SteerRecord) => boolean): void => {
    for (const one of commands) if (one.state === "accepted" && isMissed(one)) settle(one.seq, undefined);
  };

  /** One writer at a time, so that no older list comes after a newer one. */
  const writeUpTo = async (seq: number): Promise<void> => {
    // Of several that waited one is first, and the others wait for it.
    while (isWriting) await condition(() => !isWriting);
    if (written >= seq) return;
    isWriting = true;
    try {
      const newest = lastSeq;
      await write({ runId, commands }, newest);
      written = newest;
    } finally {
      isWriting = false;
    }
  };

  const accept = async ({ command, by }: SteerRequest): Promise<SteerRecord> => {
    const seq = ++lastSeq;
    const at = now();
    const stage = steered();
    commands = [
      ...commands,
      { seq, command, by, at, ...(stage === undefined ? {} : { stage: stage.name }), state: "accepted" },
    ];
    if (command.kind === "pause") setPaused({ since: at, by, seq });
    if (command.kind === "pause" || command.kind === "unpause")
      asked = command.kind === "pause" ? { since: at, by } : undefined;
    tell();
    try {
      await writeUpTo(seq);
    } catch (error) {
      withdraw(seq, command);
      throw error;
    }
    if (command.kind === "unpause") lift(seq);
    return commands.find((one) => one.seq === seq) as SteerRecord;
  };
  const withdraw = (seq: number, command: SteerCommand): void => {
    commands = commands.filter((one) => one.seq !== seq);
    if (command.kind === "pause" && paused?.seq === seq) setPaused(undefined);
    if (command.kind === "pause" || command.kind === "unpause") asked = paused && pauseOf(paused);
    tell();
  };
  const lift = (seq: number): void => {
    missOpen(({ command, seq: earlier }) => command.kind === "pause" && earlier < seq);
    pausesOver = seq;
    if (paused !== undefined && paused.seq < seq) setPaused(undefined);
    settle(seq, { stage: steered()?.name ?? "none" });
  };

  setHandler(defineUpdate<SteerRecord, [SteerRequest]>(STEER_UPDATE), accept, {
    description: "pause, unpause, set values of, or finish the stage that is at work",
    validator: (request) => {
      const refused = refusal(request, { paused: asked, stage: steered(), commands });
      if (refused === undefined) return;
      throw ApplicationFailure.create({
        message: refused.message,
        type: "STEERING_REFUSED" satisfies ErrorCode,
        nonRetryable: true,
        details: [{ hint: refused.hint ?? null }],
      });
    },
  });
  setHandler(
    defineSignal<[AppliedCommand]>(APPLIED_SIGNAL),
    // An attempt that repeats lost work reports again; the last one is what the weights have seen.
    ({ seq, ...at }) => settle(seq, at),
    { description: "a training stage has taken a command" },
  );

  const waitWhilePaused = async (name: string): Promise<void> => {
    while (paused !== undefined) {
      const { seq } = paused;
      const command = commands.find((one) => one.seq === seq);
      // Another one that is held may have stopped in its middle.
      hold(name, paused, command?.applied?.stage === name ? command.applied : undefined);
      if (command?.state === "accepted") settle(seq, { stage: name });
      await condition(() => paused?.seq !== seq);
      hold(name, undefined);
    }
  };

  return {
    during: async (next, attempt) => {
      atWork.set(next.name, next);
      for (;;) {
        await waitWhilePaused(next.name);
        try {
          const result = await attempt(pausesOver);
          atWork.delete(next.name);
          missOpen((one) => one.stage === next.name && isForStage(one.command));
          return result;
        } catch (error) {
          // A pod that did not come while the run was held anyway is asked for again when it goes on.
          if (paused !== undefined && isWithoutPod(error)) continue;
          const at = pausedAt(error);
          if (at === undefined) throw error;
          const last = commands.findLast(({ command }) => command.kind === "pause");
          if (last !== undefined) settle(last.seq, { stage: next.name, ...at });
        }
      }
    },
    isPaused: () => paused !== undefined,
    finish: async () => {
      await condition(allHandlersFinished);
      missOpen(() => true);
      return commands;
    },
  };
}

const now = (): string => new Date().toISOString();

function isSamePlace(known: AppliedAt | undefined, { stage, epoch, step }: AppliedAt): boolean {
  return known?.stage === stage && known.epoch === epoch && known.step === step;
}

function pauseOf({ since, by }: Pause): Pause {
  return { since, by };
}

function isForStage({ kind }: SteerCommand): boolean {
  return kind === "set" || kind === "finish";
}

function isWithoutPod(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === ("POD_NOT_STARTED" satisfies ErrorCode);
}

/** Where the stage's activity stopped for a pause; undefined for any other error. */
function pausedAt(error: unknown): Omit<AppliedAt, "stage"> | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== ("PAUSED" satisfies ErrorCode))
    return undefined;
  const { epoch, step } = (cause.details?.[0] ?? {}) as { epoch?: number; step?: number };
  return { ...(epoch === undefined ? {} : { epoch }), ...(step === undefined ? {} : { step }) };
}
