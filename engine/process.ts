/** Keeps one warm engine process and gives it one job at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EngineJob, EngineMessage } from "../spec/engineJob.js";
import { isErrorCode, ThawError } from "../spec/errors.js";
import type { Progress } from "../spec/training.js";
import { cpuSeconds } from "./cpuTime.js";
import { counterOfKills } from "./memoryKills.js";
import { WATCHDOG_TIMES, type WatchdogTimes, watch } from "./watchdog.js";

export interface JobHooks {
  readonly onProgress: (progress: Progress) => void;
  /** Aborting it kills the engine; the next job starts a new one. */
  readonly signal: AbortSignal;
}

export interface Engine {
  /**
   * Runs one job; jobs wait for each other. A process that hangs is killed, one that is busy never.
   * @throws ThawError with the code that the job failed with, or ENGINE_FAILED when the process died or hung
   */
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

  const start = (): ChildProcess => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) return child;
    lastWords = "";
    const started = fork(ENTRY, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      // 2 keeps errors. oneDNN changes the rounding, so it is part of what an artifact's engine means.
      env: { TF_CPP_MIN_LOG_LEVEL: "2", ...process.env, TF_ENABLE_ONEDNN_OPTS: "1" },
    });
    for (const stream of [started.stdout, started.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        onOutput(chunk);
        lastWords = (lastWords + chunk.toString("utf8")).slice(-KEPT_OUTPUT);
      });
    }
    child = started;
    return started;
  };

  const runNow = (job: EngineJob, { onProgress, signal }: JobHooks): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const process = start();
      const memoryKilled = process.pid === undefined ? () => undefined : counterOfKills(process.pid);
      const watchdog = watch(
        () => (process.pid === undefined ? undefined : cpuSeconds(process.pid)),
        times,
        (seconds) => {
          finish();
          process.once("exit", () => reject(engineHung(seconds)));
          process.kill("SIGKILL");
        },
      );
      const finish = (): void => {
        watchdog.stop();
        process.off("message", onMessage);
        process.off("exit", onExit);
        signal.removeEventListener("abort", onAbort);
      };
      const onMessage = (message: EngineMessage): void => {
        watchdog.heard();
        if (message.type === "progress") {
          onProgress(message.progress);
          return;
        }
        finish();
        if (message.type === "done") resolve(message.summary);
        else reject(failureOf(message));
      };
      const onExit = (code: number | null, exitSignal: NodeJS.Signals | null): void => {
        finish();
        const isKilled = exitSignal === "SIGKILL";
        reject(isKilled && memoryKilled() === true ? outOfMemory() : engineDied(code, exitSignal, lastWords));
      };
      const onAbort = (): void => {
        finish();
        process.once("exit", () => reject(signal.reason));
        process.kill("SIGKILL");
      };
      process.on("message", onMessage);
      process.on("exit", onExit);
      signal.addEventListener("abort", onAbort);
      // A process that ends between two jobs closes the channel first; its exit is reported above.
      process.send(job, () => undefined);
    });

  return {
    warm: () => {
      start();
    },
    run: (job, hooks) => {
      const result = queue.then(() => runNow(job, hooks));
      queue = result.catch(() => undefined);
      return result;
    },
    stop: async () => {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        running.once("exit", () => resolve());
        running.kill("SIGKILL");
      });
    },
  };
}

function failureOf(message: Extract<EngineMessage, { type: "failed" }>): ThawError {
  const code = isErrorCode(message.code) ? message.code : "ENGINE_FAILED";
  return new ThawError(code, message.message, message.hint === undefined ? {} : { hint: message.hint });
}

function engineHung(seconds: number): ThawError {
  const silence = `no progress and no processor time for ${Math.round(seconds)} s`;
  return new ThawError("ENGINE_FAILED", `the training process hung: ${silence}`, {
    hint: "the worker's log has its last output",
  });
}

function outOfMemory(): ThawError {
  return new ThawError("OUT_OF_MEMORY", "the system killed the training process because memory ran out", {
    hint: "lower unfreeze.batch_size, or give the worker more memory",
  });
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
