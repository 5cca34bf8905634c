/** Looks for commands while a stage's job runs, and hands each to the job once. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineControl } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import { type ControlFile, pauseIn, type SteerRecord } from "../../spec/steering/steering.js";
import type { Store } from "../../store/connection/connection.js";
import { controlFileTag, readControlFile } from "../../store/records/control.js";

/** With a batch this keeps "by the next batch + 2 s". */
const INTERVAL_MS = 1_000;

export interface ControlPoll {
  /** Ends the polling. */
  stop(): Promise<void>;
}

/**
 * Looks at once, then every second; an outage of the store is waited for. Every attempt at a stage is handed all of the
 * stage's commands: a job that goes on from a checkpoint skips those that the checkpoint has.
 */
export function pollControl(
  store: Store,
  request: StageRequest,
  send: (control: EngineControl) => void,
  intervalMs = INTERVAL_MS,
): ControlPoll {
  const end = new AbortController();
  const sent = new Set<number>();
  const poll = async (): Promise<void> => {
    let seen: string | undefined;
    while (!end.signal.aborted) {
      try {
        const tag = await controlFileTag(store, request.run.runId);
        if (tag !== seen) {
          const file = await readControlFile(store, request.run.runId);
          seen = tag;
          if (file !== undefined && !end.signal.aborted) handOver(file, request, sent, send);
        }
      } catch (error) {
        if (!(error instanceof ThawError)) throw error;
      }
      await sleep(intervalMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const polling = poll();
  // What is no outage comes out at the end; until then nobody looks at it.
  polling.catch(() => undefined);
  return {
    stop: async () => {
      end.abort();
      await polling;
    },
  };
}

function handOver(
  { commands }: ControlFile,
  { stage, pausesOver = 0 }: StageRequest,
  sent: Set<number>,
  send: (control: EngineControl) => void,
): void {
  const isNew = ({ seq }: SteerRecord): boolean => !sent.has(seq);
  for (const record of commands.filter((one) => one.stage === stage.name && isNew(one))) {
    const control = controlOf(record);
    if (control === undefined) continue;
    sent.add(record.seq);
    send(control);
  }
  const pause = pauseIn(commands, pausesOver);
  if (pause === undefined || !isNew(pause)) return;
  sent.add(pause.seq);
  send({ kind: "stop", reason: "pause" });
}

function controlOf({ seq, command }: SteerRecord): EngineControl | undefined {
  switch (command.kind) {
    case "set":
      return { ...command, seq };
    case "finish":
      return { kind: "finish", seq };
    default:
      return undefined;
  }
}
