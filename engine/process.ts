/** Keeps one warm engine process and gives it one job at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { context, propagation } from "@opentelemetry/api";
import type {
  EngineControl,
  EngineJob,
  EngineMessage,
  EngineRequest,
  ResumedFrom,
  WrittenCheckpoint,
} from "../spec/engine/job.js";
import { stopped } from "../spec/engine/stopped.js";
import { isErrorCode, ThawError } from "../spec/errors.js";
import { childEnvironment } from "../spec/processes/childEnvironment.js";
import type { AppliedChange, Progress } from "../spec/records/training.js";
import { forwards, type PlainSpan, sendOn } from "../tracing/forwarded.js";
import { cpuSeconds } from "./cpuTime.js";
import { counterOfKills } from "./memoryKills.js";
import { saysOutOfMemory } from "./memoryShortage.js";
import { withoutProfilers, withoutProfilersIn } from "./undisturbed.js";
import { WATCHDOG_TIMES, type WatchdogTimes, watch } from "./watchdog.js";

export interface JobHooks {
  readonly onProgress: (progress: Progress) => void;
  /** Hears where a stage of training goes on from, before its first step. */
  readonly onResumed?: (from: ResumedFrom) => void;
  /** Hears of each checkpoint; its folder is the hearer's to remove, the latest one's after the job. */
  readonly onCheckpoint?: (checkpoint: WrittenCheckpoint) => void;
  /** Hears why a checkpoint could not be written; training goes on. */
  readonly onUnwritten?: (why: string) => void;
  /** Hears of each change that counts from then on, also of those that a checkpoint brought along. */
  readonly onApplied?: (change: AppliedChange) => void;
  /** Hears of processor time that the process has used for the job, in seconds, where the system tells. */
  readonly onProcessorTime?: (seconds: number) => void;
  /** Aborting it kills the engine; the next job starts a new one. */
  readonly signal: AbortSignal;
}

/** A job that waits for its turn or runs. */
export interface RunningJob {
  /**
   * The stage's summary.
   * @throws ThawError with the code that the job failed with, PAUSED or WORKER_STOPPING when it was told to stop,
   *   or ENGINE_FAILED when the process died or hung
   */
  readonly result: Promise<unknown>;
  /** Tells the job something; done between two batches of training. Nothing happens once it has ended. */
  control(control: EngineControl): void;
}

export interface Engine {
  /** Starts one job; jobs wait for each other. A process that hangs is killed, one that is busy never. */
  start(job: EngineJob, hooks: JobHooks): RunningJob;
  /** The result of {@link Engine.start}, for jobs that need no telling. */
  run(job: EngineJob, hooks: JobHooks): Promise<unknown>;
  /** Starts the process ahead of the first job. */
  warm(): void;
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL("./main.js", import.meta.url));
/** Enough of the engine's last words to see why it died. */
const KEPT_OUTPUT = 2000;

/** @param onOutput is given what the process prints: TensorFlow's remarks, stacks of errors */
export function createEngine(
  onOutput: (text: Buffer) => void,
  times: WatchdogTimes = WATCHDOG_TIMES,
): Engine {
  let child: ChildProcess | undefined;
  let lastWords = "";
  let queue: Promise<unknown> = Promise.resolve();

  const startProcess = (): ChildProcess => {
    if (child !== undefined && isRunning(child)) return child;
    lastWords = "";
    const started = fork(ENTRY, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      // A session of its own: Ctrl-C and what else is sent to the worker's group is the worker's to answer.
      detached: true,
      execArgv: withoutProfilers(process.execArgv),
      // 2 keeps errors.
      env: withoutProfilersIn({ TF_CPP_MIN_LOG_LEVEL: "2", ...childEnvironment("engine") }),
    });
    for (const stream of [started.stdout, started.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        onOutput(chunk);
        lastWords = (lastWords + chunk.toString("utf8")).slice(-KEPT_OUTPUT);
      });
    }
    // After a job's end, too.
    started.on("message", (message: EngineMessage) => {
      if (message.type === "spans") sendOn(message.spans as readonly PlainSpan[]);
    });
    child = started;
    return started;
  };

  /** @param mailbox is opened towards the process, and closed when the job ends */
  const runNow = (job: EngineJob, hooks: JobHooks, mailbox: Mailbox): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { signal } = hooks;
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const process = startProcess();
      const memoryKilled = process.pid === undefined ? () => undefined : counterOfKills(process.pid);
      const processorTime = tellProcessorTime(process.pid, hooks.onProcessorTime);
      const watchdog = watch(processorTime, times, (seconds) => {
        finish();
        endWith(engineHung(seconds));
      });
      const finish = (): void => {
        watchdog.stop();
        processorTime();
        mailbox.close();
        process.off("message", onMessage);
        process.off("exit", onExit);
        signal.removeEventListener("abort", onAbort);
      };
      const onMessage = (message: EngineMessage): void => {
        if (message.type === "spans") return;
        watchdog.heard();
        if (passOn(message, hooks)) return;
        finish();
        if (message.type === "done") resolve(message.summary);
        else if (message.type === "failed" && message.code === "OUT_OF_MEMORY") endWith(endOf(message));
        else reject(endOf(message));
      };
      // The next job gets the whole memory.
      const endWith = (error: unknown): void => {
        process.once("exit", () => reject(error));
        process.kill("SIGKILL");
      };
      const onExit = (code: number | null, exitSignal: NodeJS.Signals | null): void => {
        finish();
        const isOutOfMemory = exitSignal === "SIGKILL" ? memoryKilled() === true : saysOutOfMemory(lastWords);
        reject(isOutOfMemory ? outOfMemory(exitSignal) : engineDied(code, exitSignal, lastWords));
      };
      const onAbort = (): void => {
        finish();
        endWith(signal.reason);
      };
      process.on("message", onMessage);
      process.on("exit", onExit);
      signal.addEventListener("abort", onAbort);
      // A process that ends between two jobs closes the channel first; its exit is reported above.
      const send = (request: EngineRequest): void => {
        if (process.connected) process.send(request, () => undefined);
      };
      send({ type: "job", job, trace: traceContext(), traced: forwards() });
      mailbox.open((control) => send({ type: "control", control }));
    });

  const startJob = (job: EngineJob, hooks: JobHooks): RunningJob => {
    const mailbox = newMailbox();
    const result = queue.then(() => runNow(job, hooks, mailbox));
    queue = result.catch(() => undefined);
    return { result, control: mailbox.put };
  };

  return {
    warm: () => {
      startProcess();
    },
    start: startJob,
    run: (job, hooks) => startJob(job, hooks).result,
    stop: async () => {
      const running = child;
      if (running === undefined || !isRunning(running)) return;
      await new Promise<void>((resolve) => {
        running.once("exit", () => resolve());
        running.kill("SIGKILL");
      });
    },
  };
}

/** Of the activity that asks; empty where no tracing was started. */
function traceContext(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** @returns the processor time of the process so far; what is new since the last call is told, too */
function tellProcessorTime(
  pid: number | undefined,
  tell: (seconds: number) => void = () => undefined,
): () => number | undefined {
  const now = (): number | undefined => (pid === undefined ? undefined : cpuSeconds(pid));
  let told = now() ?? 0;
  return () => {
    const seconds = now();
    if (seconds !== undefined && seconds > told) {
      tell(seconds - told);
      told = seconds;
    }
    return seconds;
  };
}

/** Commands for a job, kept until it has begun. */
interface Mailbox {
  put(control: EngineControl): void;
  open(send: (control: EngineControl) => void): void;
  close(): void;
}

function newMailbox(): Mailbox {
  const early: EngineControl[] = [];
  let deliver = (control: EngineControl): void => {
    early.push(control);
  };
  return {
    put: (control) => deliver(control),
    open: (send) => {
      deliver = send;
      early.splice(0).forEach(send);
    },
    close: () => {
      deliver = () => undefined;
    },
  };
}

/** Whether the message was news of a job that goes on. */
function passOn(message: EngineMessage, hooks: JobHooks): boolean {
  switch (message.type) {
    case "progress":
      hooks.onProgress(message.progress);
      return true;
    case "resumed":
      hooks.onResumed?.(message.from);
      return true;
    case "checkpoint":
      hooks.onCheckpoint?.(message.checkpoint);
      return true;
    case "unwritten":
      hooks.onUnwritten?.(message.why);
      return true;
    case "applied":
      hooks.onApplied?.(message.change);
      return true;
    default:
      return false;
  }
}

function endOf(message: EngineMessage): Error {
  if (message.type === "stopped") return stopped(message.reason);
  if (message.type === "failed") return failureOf(message);
  return new Error(`the engine ended a job with ${message.type}`);
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function failureOf(message: Extract<EngineMessage, { type: "failed" }>): ThawError {
  const code = isErrorCode(message.code) ? message.code : "ENGINE_FAILED";
  if (code === "OUT_OF_MEMORY") return new ThawError(code, message.message, { hint: MEMORY_HINT });
  return new ThawError(code, message.message, message.hint === undefined ? {} : { hint: message.hint });
}

function engineHung(seconds: number): ThawError {
  const silence = `no progress and no processor time for ${Math.round(seconds)} s`;
  return new ThawError("ENGINE_FAILED", `the training process hung: ${silence}`, {
    hint: "the worker's log has its last output",
  });
}

const MEMORY_HINT = "lower batch_size, or give the worker more memory";

function outOfMemory(exitSignal: NodeJS.Signals | null): ThawError {
  const message =
    exitSignal === "SIGKILL"
      ? "the system killed the training process because memory ran out"
      : "the training process ended because memory ran out";
  return new ThawError("OUT_OF_MEMORY", message, { hint: MEMORY_HINT });
}

function engineDied(code: number | null, signal: NodeJS.Signals | null, lastWords: string): ThawError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const said = lastWords.trim().split("\n").at(-1) ?? "";
  return new ThawError(
    "ENGINE_FAILED",
    `the training process ended ${how}${said === "" ? "" : `: ${said}`}`,
    {
      hint:
        signal === "SIGKILL"
          ? "the system may have run out of memory, or somebody killed it: lower unfreeze.batch_size"
          : "the worker's log has its last output",
    },
  );
}
