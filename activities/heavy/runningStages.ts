/**
 * The stages that this worker is computing. A stage outlives an attempt that an outage of the Temporal server
 * ended, and the next attempt takes it up where it is.
 */
import { ThawError } from "../../spec/errors.js";
import type { Progress } from "../../spec/records/training.js";

/** What a stage is given instead of its first attempt's own means: later attempts may take it up. */
export interface StageHooks {
  /** Number of the attempt that begins it, from 1. */
  readonly attempt: number;
  /** What that attempt belongs to. */
  readonly activity: number;
  readonly report: (progress: Progress) => void;
  /** Aborted when nobody wants the stage any more. */
  readonly signal: AbortSignal;
  /** Aborted when the worker has to go: the stage may save what it has, and ends by itself. */
  readonly leaving: AbortSignal;
}

export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** The activity that it is an attempt at: when that was scheduled, in ms since 1970. */
  readonly activity: number;
  /** @param at when the news were made, by `performance.now()` */
  readonly report: (progress: Progress, at?: number) => void;
  readonly cancelled: AbortSignal;
  /** Whether the server has given the attempt up by itself: nobody has asked to stop the stage. */
  readonly isLost: () => boolean;
  /** Whether the worker is being stopped. */
  readonly isLeaving: () => boolean;
}

export interface RunningStages<Outcome> {
  /**
   * Joins the stage if it is being computed, else begins it. A lost attempt leaves it running, any other
   * cancellation ends it.
   * @param key of the artifact that the stage makes
   * @throws ThawError WORKER_BUSY while another stage waits for its next attempt
   */
  attend<One extends Outcome>(
    key: string,
    work: (hooks: StageHooks) => Promise<One>,
    attempt: Attempt,
  ): Promise<One>;
}

export interface AdoptionTimes {
  /** A stage whose next attempt has not come by then is stopped. */
  readonly abandonMs: number;
  /** A stage that has just lost its attempt keeps the engine against others for so long. */
  readonly reserveMs: number;
  /** A stage that reports no progress for so long is ended. */
  readonly noProgressMs?: number;
}

/** The server's next attempt comes within seconds of its being back, or it is on another machine. */
const TIMES: AdoptionTimes = { abandonMs: 300_000, reserveMs: 30_000 };

interface Running<Outcome> {
  readonly result: Promise<Outcome>;
  readonly abort: AbortController;
  readonly leaving: AbortController;
  attempt: Attempt | undefined;
  lostAt: number;
  settled: boolean;
  news: { readonly progress: Progress; readonly at: number } | undefined;
  abandon: NodeJS.Timeout | undefined;
  stuck: NodeJS.Timeout | undefined;
}

export function createRunningStages<Outcome>(given: Partial<AdoptionTimes> = {}): RunningStages<Outcome> {
  const times: AdoptionTimes = { ...TIMES, ...given };
  const stages = new Map<string, Running<Outcome>>();

  function begin(
    key: string,
    work: (hooks: StageHooks) => Promise<Outcome>,
    { number, activity }: Attempt,
  ): Running<Outcome> {
    const abort = new AbortController();
    const leaving = new AbortController();
    const awaitProgress = (): void => {
      clearTimeout(stage.stuck);
      if (times.noProgressMs === undefined || stage.settled) return;
      stage.stuck = setTimeout(() => abort.abort(noProgress(times.noProgressMs ?? 0)), times.noProgressMs);
      stage.stuck.unref();
    };
    const report = (progress: Progress): void => {
      stage.news = { progress, at: performance.now() };
      // To wait for the store is no progress.
      if (progress.outage === undefined) awaitProgress();
      stage.attempt?.report(progress);
    };
    const stage: Running<Outcome> = {
      result: Promise.resolve().then(() =>
        work({ activity, attempt: number, report, signal: abort.signal, leaving: leaving.signal }),
      ),
      ...{
        abort,
        leaving,
        attempt: undefined,
        lostAt: 0,
        settled: false,
        news: undefined,
        abandon: undefined,
        stuck: undefined,
      },
    };
    stages.set(key, stage);
    const settle = (): void => {
      stage.settled = true;
      clearTimeout(stage.stuck);
      // The result of a stage without an attempt is kept for the next one.
      if (stage.attempt !== undefined || abort.signal.aborted) forget(key, stage);
    };
    stage.result.then(settle, settle);
    awaitProgress();
    return stage;
  }

  function forget(key: string, stage: Running<Outcome>): void {
    clearTimeout(stage.abandon);
    if (stages.get(key) === stage) stages.delete(key);
  }

  async function end(key: string, stage: Running<Outcome>, reason: unknown): Promise<void> {
    stage.abort.abort(reason);
    await stage.result.catch(() => undefined);
    forget(key, stage);
  }

  async function letGo(key: string, stage: Running<Outcome>, reason: unknown): Promise<void> {
    stage.leaving.abort(reason);
    await stage.result.catch(() => undefined);
    forget(key, stage);
  }

  function leave(key: string, stage: Running<Outcome>): void {
    stage.attempt = undefined;
    stage.lostAt = performance.now();
    stage.abandon = setTimeout(() => end(key, stage, new Error("no attempt came back")), times.abandonMs);
    stage.abandon.unref();
  }

  /** The engine does one job at a time: a stage that nobody has come for makes room, but not at once. */
  async function makeRoom(): Promise<void> {
    for (const [key, stage] of [...stages]) {
      if (stage.attempt !== undefined || stage.settled) continue;
      if (performance.now() - stage.lostAt < times.reserveMs)
        throw new ThawError(
          "WORKER_BUSY",
          "the training worker waits for a stage's next attempt to come back",
        );
      await end(key, stage, new Error("another stage needs the engine"));
    }
  }

  return {
    async attend<One extends Outcome>(
      key: string,
      work: (hooks: StageHooks) => Promise<One>,
      attempt: Attempt,
    ): Promise<One> {
      const known = stages.get(key);
      if (known === undefined) await makeRoom();
      const stage = known ?? begin(key, work, attempt);
      clearTimeout(stage.abandon);
      stage.attempt = attempt;
      if (stage.news !== undefined) attempt.report(stage.news.progress, stage.news.at);
      try {
        const outcome = await unlessAborted(stage.result, attempt.cancelled);
        forget(key, stage);
        // Under a key there is work of one kind.
        return outcome as One;
      } catch (error) {
        if (stage.settled) forget(key, stage);
        // Else another attempt has taken it up meanwhile.
        else if (stage.attempt === attempt) {
          if (attempt.isLost()) leave(key, stage);
          else if (attempt.isLeaving()) await letGo(key, stage, error);
          else await end(key, stage, error);
        }
        throw error;
      }
    },
  };
}

function noProgress(milliseconds: number): ThawError {
  return new ThawError("ENGINE_FAILED", `the stage has made no progress for ${milliseconds / 1000} s`, {
    hint: "raise kubernetes.timeouts.no_progress if that is usual for it",
  });
}

/** Rejects with the signal's reason as soon as it is aborted; the promise goes on. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
