/** Stages that take commands as the real ones do, and last until a test lets them end. */
import { Context } from "@temporalio/activity";
import type { ControlDependencies } from "../../../activities/context.js";
import { commandsFor } from "../../../activities/steering/commands.js";
import { pausable, pausedFailure } from "../../../activities/steering/pausable.js";
import { signalApplied } from "../../../activities/steering/reportApplied.js";
import type { EngineControl } from "../../../spec/engine/job.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { RECIPE } from "../../support/services/standIns.js";

const BATCH_MS = 20;
export const STEPS_PER_EPOCH = 10;

/** Stages that do not end by themselves, of any run, until they are taken out. */
export const held = new Set<string>();
/** Steps of each stage of each run; they outlive a pause as a checkpoint would. */
export const steps = new Map<string, number>();
/** What the stages were told. */
export const heard: EngineControl[] = [];

/** Stands in for a stage of training: takes commands between two batches, as the engine does. */
async function train({ store }: ControlDependencies, request: StageRequest): Promise<void> {
  const context = Context.current();
  const stage = request.stage.name;
  const place = `${request.run.runId}/${stage}`;
  const waiting: EngineControl[] = [];
  const commands = commandsFor(store, request, signalApplied(context));
  commands.handTo({ control: (control) => waiting.push(control) });
  try {
    while (held.has(stage)) {
      await context.sleep(BATCH_MS);
      const step = (steps.get(place) ?? 0) + 1;
      steps.set(place, step);
      const position = { epoch: Math.floor(step / STEPS_PER_EPOCH), step: step % STEPS_PER_EPOCH };
      context.heartbeat({ phase: `epoch ${position.epoch + 1}/999`, step, total: 999 });
      for (const control of waiting.splice(0)) {
        heard.push(control);
        if (control.kind === "stop")
          throw pausedFailure({ epoch: position.epoch + 1, step: position.step + 1 });
        if (control.kind !== "checkpoint") commands.applied({ seq: control.seq, ...position });
        if (control.kind === "finish") return;
      }
    }
  } finally {
    await commands.end();
  }
}

/** A stage as the engine would do it. */
export async function work(dependencies: ControlDependencies, request: StageRequest): Promise<void> {
  const { stage } = request;
  if (stage.kind === "head" || stage.kind === "tune") await train(dependencies, request);
  else if (stage.kind !== "report") {
    // A job without batches: it is cut off, as the engine's process is.
    const { cancellationSignal } = Context.current();
    await pausable(dependencies.store, request, cancellationSignal, async (signal) => {
      while (held.has(stage.name)) {
        signal.throwIfAborted();
        await Context.current().sleep(BATCH_MS);
      }
    });
  }
}

export const summaries = {
  ingest: { images: 8, classes: ["a", "b"], quarantined: [] },
  recipe: RECIPE,
  tune: { kept: true, verdict: "kept" },
  evaluate: { accuracy: 0.75, accuracyInterval: [0.41, 0.93], byStage: [], classes: ["a", "b"] },
};
