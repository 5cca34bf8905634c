/** The pipeline: ingest → features → recipe → head → staged unfreezing → folds → evaluation → registration → report. */
import { ApplicationFailure, patched, proxyActivities } from "@temporalio/workflow";
import type { ArtifactRef } from "../spec/artifact.js";
import type { ErrorCode } from "../spec/errors.js";
import type {
  ControlActivities,
  ShardPlanRequest,
  ShardsRequest,
  StageOutcome,
  StageRequest,
  TrainingActivities,
} from "../spec/pipeline/activities.js";
import { CONTROL_QUEUE, type RunInput, type RunResult } from "../spec/pipeline/run.js";
import {
  hasShards,
  imageShardSize,
  portionId,
  type ShardPlan,
  shardImages,
  shardPlanId,
} from "../spec/pipeline/shards.js";
import {
  FIRST_BLOCK,
  inputsFrom,
  isOfPods,
  type StageKind,
  type StagePlan,
} from "../spec/pipeline/stages.js";
import { chosenBase, onBase, type RunFacts, refuses, type StageFact } from "../spec/pipeline/walk/facts.js";
import { readyStages, stagesToCome, walk } from "../spec/pipeline/walk/walk.js";
import type { PodStage } from "../spec/pods/stages.js";
import { tellingOfEnd } from "./announce.js";
import { HEARTBEAT_TIME, RETRY } from "./patience.js";
import { podsOf } from "./podLanes.js";
import { localWorker, type TrainingPlace } from "./pods.js";
import { type RunTracker, type Say, trackRun } from "./runTracker.js";
import { computeShards } from "./shards.js";
import { sideBySide } from "./sideBySide.js";
import { type Steering, steerRun } from "./steering.js";

/** A stage may train for a day; that it is alive is shown by its heartbeats. */
const TRAINING_TIME = "24 hours";
const CONTROL_TIME = "2 minutes";

export async function transferLearning(given: RunInput): Promise<RunResult> {
  // Runs in progress that began before there were recipes go on without one; the same for folds.
  const recipe = patched("recipe");
  const folds = patched("folds");
  let facts: RunFacts = { ...given, knows: { recipe, folds }, outcomes: {} };
  let steps = walk(facts);
  const tracker = trackRun(given, steps);
  const steering = steerRun(given.runId, {
    write: (file, seq) => control(`steer-${seq}`, "hand commands to the stage at work").writeControl(file),
    show: tracker.steered,
    hold: (stage, pause, at) => {
      tracker.hold(stage, pause, at);
      // A pause may last for days, and a GPU costs money.
      if (pause !== undefined) void place.release();
    },
  });
  // Runs in progress that began before stages ran side by side say nothing of it.
  const most = given.file.parallel ?? 1;
  const place =
    given.file.compute === "kubernetes" ? podsOf(given, most, tracker.pods, steering.isPaused) : localWorker;
  const artifacts: Record<string, ArtifactRef> = {};
  let images = 0;
  const whole = (work: () => Promise<RunResult>) => tellingOfEnd(given, () => tracker.whole(work));
  return whole(async () => {
    try {
      await sideBySide({
        most,
        ready: () => readyStages(steps),
        work: (stage) =>
          doStage(stage, { run: runFor(stage, given, facts), artifacts, images, tracker, steering, place }),
        done: (stage, outcome, atWork) => {
          artifacts[stage.name] = outcome.artifact;
          images = outcome.images ?? images;
          facts = { ...facts, outcomes: { ...facts.outcomes, [stage.name]: factOf(outcome) } };
          steps = walk(facts);
          tracker.follow(steps);
          // What is held needs no pod. Where nothing else is at work, what begins next is held, and says so.
          if (atWork.length > 0 && steering.isPaused()) return void place.release();
          const isWaiting = ({ name }: StagePlan): boolean => atWork.every((other) => other.name !== name);
          place.keepFor(
            podStagesOf(stagesToCome(steps).filter(isWaiting)),
            podStagesOf([...atWork, ...readyStages(steps).filter(isWaiting)]),
          );
        },
      });
    } finally {
      await place.release();
    }
    const [stranded] = stagesToCome(steps);
    if (stranded !== undefined) throw new Error(`${stranded.name} waits for what nothing makes`);
    const told = await steering.finish();
    return control("record-run", "write the run's record").recordRun({
      run: runOn(given, chosenBase(facts)),
      artifacts,
      ...(told.length === 0 ? {} : { steering: told }),
    });
  });
}

const podStagesOf = (stages: readonly StagePlan[]): readonly PodStage[] =>
  stages.flatMap(({ kind }) => (isOfPods(kind) ? [kind] : []));

/** Where stages are done, and on how much. */
type Where = Pick<Doing, "place" | "images">;

interface Doing {
  /** As the stage is to see it. */
  readonly run: RunInput;
  /** Of the stages that are done. */
  readonly artifacts: Readonly<Record<string, ArtifactRef>>;
  /** Once they are ingested. */
  readonly images: number;
  readonly tracker: RunTracker;
  readonly steering: Steering;
  readonly place: TrainingPlace;
}

function doStage(
  stage: StagePlan,
  { run, artifacts, images, tracker, steering, place }: Doing,
): Promise<StageOutcome> {
  const request: StageRequest = {
    run,
    stage,
    inputs: inputsFrom(stage, artifacts),
    ...(stage.kind === "report" ? { artifacts: { ...artifacts } } : {}),
  };
  return tracker.during(
    stage.name,
    (say) =>
      steering.during(stage, (pausesOver) =>
        runStage(pausesOver === 0 ? request : { ...request, pausesOver }, say, { place, images }),
      ),
    (outcome) => accept(stage, outcome),
  );
}

/** On the candidate that the stage works for, or on the base that was chosen. */
function runFor(stage: StagePlan, run: RunInput, facts: RunFacts): RunInput {
  return runOn(run, stage.candidate ?? chosenBase(facts));
}

function runOn(run: RunInput, base: string | undefined): RunInput {
  return base === undefined ? run : onBase(run, base);
}

function factOf({ base, decision }: StageOutcome): StageFact {
  return {
    state: "done",
    ...(base === undefined ? {} : { base }),
    ...(decision === undefined ? {} : { decision }),
  };
}

/** The evidence is stored before the run fails over it. */
function accept(stage: StagePlan, { decision }: StageOutcome): void {
  if (decision === undefined || !refuses(stage, decision)) return;
  throw ApplicationFailure.create({
    message: decision.reason,
    type: "DATA_UNLEARNABLE" satisfies ErrorCode,
    nonRetryable: true,
    details: [{ hint: decision.help ?? null }],
  });
}

async function runStage(request: StageRequest, say: Say, where: Where): Promise<StageOutcome> {
  const { stage } = request;
  const found = await control(`find-${stage.name}`, `look up ${stage.name}`).findArtifact(request);
  if (found !== undefined && "artifact" in found) return found;
  if (found === undefined) return execute(stage, request, say, where);
  say({ note: found.miss });
  const outcome = await execute(stage, request, say, where);
  return { ...outcome, note: `${outcome.note}; ${found.miss}` };
}

async function execute(
  stage: StagePlan,
  request: StageRequest,
  say: Say,
  { place, images }: Where,
): Promise<StageOutcome> {
  const { kind } = stage;
  if (!isOfPods(kind)) return executeLight(stage.name, kind, request);
  const sharing = sharingOf(request, images);
  const asked = sharing === undefined ? request : await withShards(request, sharing, say, place);
  return place.during(kind, (queue, shortOfMemory) =>
    executeHeavy(stage, kind, shortOfMemory ? { ...asked, shortOfMemory } : asked, queue),
  );
}

/** How a stage is done in shards. */
interface Sharing {
  readonly kind: PodStage;
  /** Most images of one. */
  readonly most: number;
  readonly plan: (request: ShardPlanRequest, queue: string) => Promise<ShardPlan | undefined>;
  readonly compute: (
    request: ShardsRequest,
    number: number,
    shards: number,
    queue: string,
  ) => Promise<unknown>;
}

/** @param images of the run, once they are ingested @returns undefined for a stage without any */
function sharingOf({ run, stage }: StageRequest, images: number): Sharing | undefined {
  const { kind } = stage;
  const at = (id: string, summary: string, queue: string) => training({ name: id }, summary, queue);
  const planning = (queue: string) => at(shardPlanId(stage.name), "divide the images into shards", queue);
  if (kind === "ingest") {
    const most = imageShardSize(run);
    // How many images there are is not known yet. Runs that were at their images before they had shards go on without.
    if (most === undefined || !patched("image-shards")) return undefined;
    return {
      ...{ kind, most },
      plan: (request, queue) => planning(queue).planImageShards(request),
      compute: (request, number, shards, queue) =>
        at(
          portionId(stage.name, number),
          `read ${portionTitle(request.portion, shards)}`,
          queue,
        ).readImageShards(request),
    };
  }
  const most = kind === "features" ? shardImages(run) : undefined;
  // Runs that were at their features before there were shards go on without.
  if (most === undefined || !hasShards(images, most) || !patched("shards")) return undefined;
  return {
    ...{ kind: "features", most },
    plan: (request, queue) => planning(queue).planShards(request),
    compute: (request, number, shards, queue) =>
      at(
        portionId(stage.name, number),
        `run the frozen base on ${portionTitle(request.portion, shards)}`,
        queue,
      ).extractShards(request),
  };
}

/** Has a stage's work on a large set done in shards. @returns the request for the stage, which puts them together */
async function withShards(
  request: StageRequest,
  { kind, most, ...sharing }: Sharing,
  say: Say,
  place: TrainingPlace,
): Promise<StageRequest> {
  const plan = await place.during(kind, (queue) => sharing.plan({ ...request, most }, queue));
  // What comes back from Temporal for nothing is null.
  if (!plan) return request;
  const { list } = plan;
  await computeShards({
    plan,
    most: request.run.file.parallel ?? 1,
    show: (shards) => say({ shards }),
    compute: (portion, number) =>
      place.during(kind, (queue, shortOfMemory) => {
        const asked = { ...request, list, portion, ...(shortOfMemory ? { shortOfMemory } : {}) };
        return sharing.compute(asked, number, plan.shards, queue);
      }),
  });
  say({});
  // One worker puts them together.
  place.keepFor([], [kind]);
  return { ...request, shards: list };
}

function portionTitle(portion: readonly number[], shards: number): string {
  const [first = 0] = portion;
  const last = portion.at(-1) ?? first;
  const which = first === last ? `shard ${first + 1}` : `shards ${first + 1} to ${last + 1}`;
  return `${which} of ${shards}`;
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

function training(stage: Pick<StagePlan, "name">, summary: string, taskQueue: string): TrainingActivities {
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
