/** The pipeline: ingest → features → recipe → head → staged unfreezing → folds → evaluation → registration → report. */
import { ApplicationFailure, patched, proxyActivities } from "@temporalio/workflow";
import type { ArtifactRef } from "../spec/artifact.js";
import type { ErrorCode } from "../spec/errors.js";
import type {
  ControlActivities,
  StageOutcome,
  StageRequest,
  TrainingActivities,
} from "../spec/pipeline/activities.js";
import { CONTROL_QUEUE, type RunInput, type RunResult } from "../spec/pipeline/run.js";
import {
  FIRST_BLOCK,
  followRecipe,
  isOfPods,
  madeAnew,
  planStages,
  type StageKind,
  type StagePlan,
  sourceOf,
  whySkipped,
  withoutFolds,
  withoutStages,
} from "../spec/pipeline/stages.js";
import type { PodStage } from "../spec/pods/stages.js";
import type { RecipeDecision } from "../spec/records/recipe.js";
import { localWorker, podOf, type TrainingPlace } from "./pods.js";
import { type RunTracker, trackRun } from "./runTracker.js";
import { steerRun } from "./steering.js";

/** A stage may train for a day; that it is alive is shown by its heartbeats. */
const TRAINING_TIME = "24 hours";
/** Workers beat every two seconds (`activities/life/pulse.ts`, `signsOfLife.ts`) whatever they do: silence is their death. */
const HEARTBEAT_TIME = "10 seconds";
const CONTROL_TIME = "2 minutes";
/** What the platform does wrong heals within minutes or not at all; user errors are not retried anyway. */
const RETRY = {
  initialInterval: "1 second",
  backoffCoefficient: 2,
  maximumInterval: "30 seconds",
  maximumAttempts: 10,
};

export async function transferLearning(given: RunInput): Promise<RunResult> {
  let run = given;
  const all = planOf(run);
  // Runs in progress that began before there were recipes go on without one; the same for folds.
  const older = patched("recipe") ? all : withoutRecipe(all);
  const known = patched("folds") ? older : withoutFolds(older);
  const tracker = trackRun(run, known);
  const steering = steerRun(run.runId, {
    write: (file, seq) => control(`steer-${seq}`, "hand commands to the stage at work").writeControl(file),
    show: tracker.steered,
    hold: (stage, pause, at) => {
      tracker.hold(stage, pause, at);
      // A pause may last for days, and a GPU costs money.
      if (pause !== undefined) void place.release();
    },
  });
  const place = run.file.compute === "kubernetes" ? podOf(run, tracker.pod) : localWorker;
  const artifacts: Record<string, ArtifactRef> = {};
  try {
    let plans = known;
    for (let next = plans[0]; next !== undefined; next = plans.find(({ name }) => !(name in artifacts))) {
      const stage = next;
      const request: StageRequest = {
        run: stage.candidate === undefined ? run : onBase(run, stage.candidate),
        stage,
        inputs: Object.fromEntries(
          stage.inputs.map((name) => [name, artifacts[sourceOf(stage, name)] as ArtifactRef]),
        ),
        ...(stage.kind === "report" ? { artifacts: { ...artifacts } } : {}),
      };
      const outcome = await tracker.during(
        stage.name,
        (say) =>
          steering.during(stage, (pausesOver) =>
            runStage(pausesOver === 0 ? request : { ...request, pausesOver }, say, place),
          ),
        // A candidate that cannot learn the labels is not chosen, and that is all.
        stage.candidate === undefined ? refuseUnlearnable : () => {},
      );
      artifacts[stage.name] = outcome.artifact;
      if (outcome.base !== undefined) {
        run = onBase(run, outcome.base);
        plans = planOf(run);
      }
      if (outcome.decision !== undefined && stage.candidate === undefined)
        plans = follow(outcome.decision, plans, tracker);
      place.keepFor(plans.flatMap(({ name, kind }) => (name in artifacts || !isOfPods(kind) ? [] : [kind])));
    }
  } finally {
    await place.release();
  }
  const told = await steering.finish();
  const result = await control("record-run", "write the run's record").recordRun({
    run,
    artifacts,
    ...(told.length === 0 ? {} : { steering: told }),
  });
  tracker.finished(result);
  return result;
}

function planOf({ file, base, candidates, from, runId }: RunInput): readonly StagePlan[] {
  return madeAnew(planStages(file, base, candidates), from, runId);
}

/** The run as it would be with that base alone. */
function onBase({ base: _base, ...run }: RunInput, name: string): RunInput {
  const spec = run.candidates?.[name];
  return { ...run, file: { ...run.file, base: name }, ...(spec === undefined ? {} : { base: spec }) };
}

function withoutRecipe(plans: readonly StagePlan[]): readonly StagePlan[] {
  return withoutStages(plans, new Set(["recipe"]));
}

/** Stages that the recipe leaves out are shown as such, and nothing waits for them. */
function follow(
  decision: RecipeDecision,
  plans: readonly StagePlan[],
  tracker: RunTracker,
): readonly StagePlan[] {
  for (const plan of plans) {
    const reason = whySkipped(plan, decision);
    if (reason !== undefined) tracker.skip(plan.name, reason);
  }
  return followRecipe(plans, decision);
}

/** The evidence is stored before the run fails over it. */
function refuseUnlearnable({ decision }: StageOutcome): void {
  if (decision?.choice !== "unlearnable") return;
  throw ApplicationFailure.create({
    message: decision.reason,
    type: "DATA_UNLEARNABLE" satisfies ErrorCode,
    nonRetryable: true,
    details: [{ hint: decision.help ?? null }],
  });
}

async function runStage(
  request: StageRequest,
  say: (note: string) => void,
  place: TrainingPlace,
): Promise<StageOutcome> {
  const { stage } = request;
  const found = await control(`find-${stage.name}`, `look up ${stage.name}`).findArtifact(request);
  if (found !== undefined && "artifact" in found) return found;
  if (found === undefined) return execute(stage, request, place);
  say(found.miss);
  const outcome = await execute(stage, request, place);
  return { ...outcome, note: `${outcome.note}; ${found.miss}` };
}

function execute(stage: StagePlan, request: StageRequest, place: TrainingPlace): Promise<StageOutcome> {
  const { kind } = stage;
  if (!isOfPods(kind)) return executeLight(stage.name, kind, request);
  return place.during(kind, (queue, shortOfMemory) =>
    executeHeavy(stage, kind, shortOfMemory ? { ...request, shortOfMemory } : request, queue),
  );
}

function executeLight(
  name: string,
  kind: Exclude<StageKind, PodStage>,
  request: StageRequest,
): Promise<StageOutcome> {
  switch (kind) {
    case "base":
      return control(name, "choose between the bases").chooseBase(request);
    case "register":
      return control(name, "register the model's version").register(request);
    case "report":
      return control(name, "write the report").report(request);
  }
}

function executeHeavy(
  stage: StagePlan,
  kind: PodStage,
  request: StageRequest,
  queue: string,
): Promise<StageOutcome> {
  const on = (summary: string): TrainingActivities => training(stage, summary, queue);
  switch (kind) {
    case "ingest":
      return on("read the images and split them").ingest(request);
    case "features":
      return on(`run the frozen base ${request.run.file.base}`).extractFeatures(request);
    case "recipe":
      return on("decide how much to fine-tune").chooseRecipe(request);
    case "head":
      return on("train the head on the frozen base").trainHead(request);
    case "tune":
      return on(tuneTitle(String(stage.parameters.deepest))).tuneStage(request);
    case "fold":
      return on(
        `the whole recipe with fold ${stage.parameters.fold} of ${stage.parameters.folds} held out`,
      ).trainFold(request);
    case "scratch":
      return on("train from random weights for the same time").trainScratch(request);
    case "evaluate":
      return on("evaluate once on the held-out images").evaluate(request);
  }
}

function tuneTitle(deepest: string): string {
  return deepest === FIRST_BLOCK ? "train the first layers and the head" : `unfreeze down to ${deepest}`;
}

function control(activityId: string, summary: string): ControlActivities {
  return proxyActivities<ControlActivities>({
    activityId,
    summary,
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: CONTROL_TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: RETRY,
  });
}

function training(stage: StagePlan, summary: string, taskQueue: string): TrainingActivities {
  return proxyActivities<TrainingActivities>({
    activityId: stage.name,
    summary,
    taskQueue,
    startToCloseTimeout: TRAINING_TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    retry: RETRY,
  });
}
