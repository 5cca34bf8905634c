/** Runs an activity with a log of its stage: how it began, how it ended, and what it says itself. */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { ApplicationFailure, Context } from "@temporalio/activity";
import { toThawError } from "../../spec/errors.js";
import type { LogFields } from "../../spec/log.js";
import type { StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import { lineageOf } from "../../spec/pipeline/lineage.js";
import type { AppliedAt } from "../../spec/steering/steering.js";
import type { LogPlace } from "../../store/records/logs.js";
import type { ControlDependencies } from "../context.js";
import { isCalm } from "../life/calmEnds.js";
import type { EngineOutput } from "./outputLines.js";
import { openStageLog, type StageLog } from "./stageLog.js";

/** The engine's last words come through another pipe than its end. */
const LAST_WORDS_MS = 100;

/** @param engineOutput of an activity that uses the engine */
export function logged(
  dependencies: Pick<ControlDependencies, "store">,
  { run, stage, inputs }: StageRequest,
  action: (log: StageLog) => Promise<StageOutcome>,
  engineOutput?: EngineOutput,
): Promise<StageOutcome> {
  const digests = Object.entries(inputs).map(([name, { digest }]) => [name, digest]);
  return withLog(
    dependencies,
    { runId: run.runId, stage: stage.name, lineage: lineageOf(run) },
    { inputs: Object.fromEntries(digests) },
    action,
    ({ artifact, cached, note }) => ({ cached, note, fields: { artifact: artifact.digest } }),
    engineOutput,
  );
}

/** What is said at the end of what went well. */
export interface Ended {
  readonly cached: boolean;
  /** May be empty. */
  readonly note: string;
  readonly fields?: LogFields;
}

/**
 * @param begins fields of the first line
 * @param ended what is said of the outcome
 */
export async function withLog<Outcome>(
  { store }: Pick<ControlDependencies, "store">,
  { lineage, ...of }: Omit<LogPlace, "attempt"> & { readonly lineage: string },
  begins: LogFields,
  action: (log: StageLog) => Promise<Outcome>,
  ended: (outcome: Outcome) => Ended,
  engineOutput?: EngineOutput,
): Promise<Outcome> {
  const activity = Context.current();
  const { attempt } = activity.info;
  const place = { ...of, attempt };
  const log = openStageLog(store, place);
  const stopListening = engineOutput?.listen(log.output);
  trace.getActiveSpan()?.setAttributes({ "thaw.run": place.runId, "thaw.lineage": lineage });
  log.say("info", `attempt ${attempt} begins on ${hostname()}`, {
    host: hostname(),
    pid: process.pid,
    lineage,
    ...begins,
  });
  try {
    const outcome = await action(log);
    const { cached, note, fields } = ended(outcome);
    const how = cached ? "it was in the store already" : "done";
    log.say("info", note === "" ? how : `${how}: ${note}`, { cached, ...fields });
    return outcome;
  } catch (error) {
    await sleep(LAST_WORDS_MS);
    sayEnd(log, error, activity);
    throw error;
  } finally {
    stopListening?.();
    await log.close();
  }
}

function sayEnd(log: StageLog, error: unknown, { cancellationSignal, cancellationDetails }: Context): void {
  if (cancellationSignal.aborted) {
    const details = cancellationDetails;
    const why =
      details?.workerShutdown === true
        ? "the worker is being stopped"
        : details?.timedOut === true
          ? "the server has given this attempt up, as it heard nothing of it in time"
          : details?.cancelRequested === true
            ? "the run was cancelled"
            : "the server wants no more of it";
    log.say("warn", `stopped: ${why}`);
    return;
  }
  if (error instanceof ApplicationFailure) {
    log.say("warn", `${error.type}: ${error.message}${placeOf(error)}`, { code: error.type ?? "" });
    return;
  }
  const { code, message, hint, retryable } = toThawError(error, "ENGINE_FAILED");
  const advice = hint === undefined ? "" : ` (${hint})`;
  log.say(isCalm(code) ? "warn" : "error", `${code}: ${message}${advice}`, {
    code,
    retryable,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Where a stage of training stopped for a pause. */
function placeOf({ details }: ApplicationFailure): string {
  const { epoch, step } = (details?.[0] ?? {}) as Partial<AppliedAt>;
  return epoch === undefined ? "" : ` at epoch ${epoch}, step ${step}`;
}
