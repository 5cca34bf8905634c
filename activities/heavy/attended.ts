/**
 * Heavy activities that are no stage of a run, or a part of one: they beat, end when they are told to, and a later attempt takes them up again. They
 * are logged, counted and metered as stages are.
 */
import { Context } from "@temporalio/activity";
import { fitting } from "../../spec/engine/diskFull.js";
import type { Metered, Usage } from "../../spec/records/usage.js";
import type { AskedRun, QuestionKind } from "../../spec/retraining/retraining.js";
import type { TrainingDependencies } from "../context.js";
import { startPulse } from "../life/pulse.js";
import { withLog } from "../log/logged.js";
import { counted } from "../metrics/measured.js";
import { NO_METRICS } from "../metrics/metrics.js";
import { meterStage, type StageMeter } from "../metrics/stageMeter.js";
import type { RunningStages, StageHooks } from "./runningStages.js";
import { attemptOf, heldIn } from "./stageRunner.js";

interface Attended<Outcome> {
  readonly kind: QuestionKind | "ingest" | "features";
  /** Whose log it writes; that of its kind when left out. */
  readonly stage?: string;
  readonly run: AskedRun;
  /** Equal for attempts at the same. */
  readonly name: string;
  /** What the disk has to hold, as it is told where it does not fit. */
  readonly holding: string;
  /** What came of it, for the log. */
  readonly note: (outcome: Outcome) => string;
}

export interface AttendedHooks extends StageHooks {
  readonly meter: StageMeter;
  /** What was held until now: for an answer that had to be computed. */
  readonly usage: () => Usage;
}

/** What an outage of the server cut off is not begun anew. */
export async function attended<Outcome extends Metered<object>>(
  dependencies: TrainingDependencies,
  running: RunningStages<Outcome>,
  { kind, stage = kind, run, name, holding, note }: Attended<Outcome>,
  work: (hooks: AttendedHooks) => Promise<Outcome>,
): Promise<Outcome> {
  const { workFolder, metrics = NO_METRICS, resources, engineOutput } = dependencies;
  const activity = Context.current();
  const { workflowId = "" } = activity.info.workflowExecution ?? {};
  const { runId = workflowId, lineage = workflowId } = run;
  const heldBefore = heldIn(activity.info.heartbeatDetails);
  const metered = async (hooks: StageHooks): Promise<Outcome> => {
    const meter = meterStage(metrics, { stage: kind, model: run.file.name }, resources.gpus);
    const usage = (): Usage => {
      const { seconds, cpuSeconds } = meter.used();
      return { run: runId, lineage, seconds: heldBefore + seconds, cpuSeconds, resources };
    };
    try {
      return await work({
        ...hooks,
        report: (progress) => hooks.report(meter.progress(progress)),
        ...{ meter, usage },
      });
    } finally {
      meter.stop();
    }
  };
  const isKnown = ({ usage }: Outcome): boolean => usage === undefined;
  const began = performance.now();
  const pulse = startPulse((progress) =>
    activity.heartbeat({
      ...progress,
      heldSeconds: Math.round(heldBefore + (performance.now() - began) / 1000),
    }),
  );
  try {
    return await counted(
      { metrics },
      kind,
      () =>
        withLog(
          dependencies,
          { runId, stage, lineage },
          {},
          (log) =>
            running.attend(
              name,
              (hooks) => fitting(holding, workFolder, () => metered(hooks)),
              attemptOf(activity, (progress, at) => pulse.report(log.progress(progress), at)),
            ),
          (outcome) => ({ cached: isKnown(outcome), note: note(outcome) }),
          engineOutput,
        ),
      isKnown,
    );
  } finally {
    pulse.stop();
  }
}
