/** Workers with the real workflow and light activities, whose heavy stages are small stand-ins. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { ControlDependencies } from "../../../activities/context.js";
import { createControlActivities } from "../../../activities/control.js";
import { typedFailures } from "../../../activities/life/failures.js";
import { lookUp, outcomeOf } from "../../../activities/light/findArtifact.js";
import type { Session } from "../../../client/session.js";
import type { StageOutcome, StageRequest, TrainingActivities } from "../../../spec/pipeline/activities.js";
import { CONTROL_QUEUE, LOCAL_TRAINING_QUEUE } from "../../../spec/pipeline/run.js";
import type { Evaluation } from "../../../spec/records/evaluation.js";
import type { DriftActivities } from "../../../spec/retraining/drift.js";
import type { NewestActivities, NewestInBrief } from "../../../spec/retraining/newest.js";
import { commitArtifact } from "../../../store/artifacts/artifacts.js";
import { workflowBundle } from "../../../worker/workflowBundle.js";
import type { PodStandIns } from "./podStandIns.js";

/** Fingerprint of the engine that there is not. */
export const ENGINE = "an engine fingerprint";

/** Of eight images that nobody has looked at. */
export const EVALUATION: Evaluation = {
  classes: ["a", "b"],
  images: 8,
  accuracy: 0.75,
  accuracyInterval: [0.41, 0.93],
  balancedAccuracy: 0.75,
  macroF1: 0.75,
  loss: 0.5,
  confusion: [
    [3, 1],
    [1, 3],
  ],
  perClass: [],
  mistakes: [],
  byStage: [{ stage: "head", accuracy: 0.7 }],
};

/** Of a probe that allows the one stage of unfreezing that is planned. */
export const RECIPE = {
  evidence: { probe: { accuracy: 0.75, interval: [0.6, 0.9], balancedAccuracy: 0.75 } },
  decision: { choice: "staged", stages: 1, planned: 1, rule: "enough", reason: "enough images" },
} as const;

export interface StandIns {
  /** As a real training worker does them; else stages wait for nobody. */
  readonly oneAtATime?: true;
  /** Makes and removes workers where the workflow asks for pods; there are none if left out. */
  readonly pods?: PodStandIns;
  /** What a stage does before its artifact is there; it may fail. */
  readonly work: (dependencies: ControlDependencies, request: StageRequest) => Promise<void>;
  /** Divides images into shards, and computes those; there are none if left out. */
  readonly shards?: {
    /** Of the source; there are none if left out. */
    readonly planImages?: TrainingActivities["planImageShards"];
    readonly readImages?: TrainingActivities["readImageShards"];
    readonly plan: TrainingActivities["planShards"];
    readonly extract: TrainingActivities["extractShards"];
  };
  /** Compares new images; says that nobody looked if left out. */
  readonly drift?: DriftActivities["compareDrift"];
  /** Summaries by kind of stage, where a later stage reads them. */
  readonly summaries: Readonly<Partial<Record<string, unknown>>>;
  /** Texts of files that a later stage or a proof reads, by name; one that nobody reads where there are none. */
  readonly texts?: (
    dependencies: ControlDependencies,
    request: StageRequest,
  ) => Promise<Readonly<Record<string, string>> | undefined>;
  /** Asks a version about images that are new since it. */
  readonly newest?: (
    dependencies: ControlDependencies,
    request: Parameters<NewestActivities["answerNewest"]>[0],
  ) => Promise<NewestInBrief>;
}

/** No answers: the proof says that the version in use was not asked. */
const NOT_ASKED: NonNullable<StandIns["newest"]> = async () => ({ images: 0 });

let isInstalled = false;

/** @param folder for files. @returns stops the workers */
export async function startStandIns(
  { store, platform }: Session,
  folder: string,
  standIns: StandIns,
): Promise<() => Promise<void>> {
  // Once in a process; workers may be started anew.
  if (!isInstalled) Runtime.install({ logger: new DefaultLogger("ERROR") });
  isInstalled = true;
  const { temporal, workFolder } = platform;
  const dependencies: ControlDependencies = { store, engineFingerprint: ENGINE, workFolder };
  const connection = await NativeConnection.connect({ address: temporal.address });
  const make = typedFailures((request: StageRequest) =>
    makeArtifact(dependencies, folder, request, standIns),
  );
  const common = {
    connection,
    namespace: temporal.namespace,
    maxHeartbeatThrottleInterval: 100,
    defaultHeartbeatThrottleInterval: 100,
  };
  const control = await Worker.create({
    ...common,
    taskQueue: CONTROL_QUEUE,
    workflowBundle: await workflowBundle("plain"),
    activities: { ...createControlActivities(dependencies), report: make, ...standIns.pods?.activities },
  });
  const { newest = NOT_ASKED } = standIns;
  const stages: TrainingActivities & DriftActivities & NewestActivities = {
    planImageShards: standIns.shards?.planImages ?? (async () => undefined),
    readImageShards: standIns.shards?.readImages ?? (async () => ({ computed: 0 })),
    ingest: make,
    planShards: standIns.shards?.plan ?? (async () => undefined),
    extractShards: standIns.shards?.extract ?? (async () => ({ computed: 0 })),
    extractFeatures: make,
    chooseRecipe: make,
    trainHead: make,
    tuneStage: make,
    trainFold: make,
    trainScratch: make,
    evaluate: make,
    answerNewest: typedFailures((request) => newest(dependencies, request)),
    compareDrift: standIns.drift ?? (async ({ version }) => ({ version, sentence: "nobody looked" })),
  };
  standIns.pods?.serve((taskQueue) => Worker.create({ ...common, taskQueue, activities: stages }));
  const training = await Worker.create({
    ...common,
    ...(standIns.oneAtATime === true ? { maxConcurrentActivityTaskExecutions: 1 } : {}),
    taskQueue: LOCAL_TRAINING_QUEUE,
    activities: stages,
  });
  const running = Promise.all([control.run(), training.run()]);
  return async () => {
    control.shutdown();
    training.shutdown();
    await running;
    await connection.close();
  };
}

/** Commits a small artifact where the real activity would compute one. */
async function makeArtifact(
  dependencies: ControlDependencies,
  folder: string,
  request: StageRequest,
  { work, summaries, texts }: StandIns,
): Promise<StageOutcome> {
  const { key, digests, manifest: known } = await lookUp(dependencies, request);
  if (known !== undefined) return outcomeOf(known, true);
  const { stage, run } = request;
  await work(dependencies, request);
  const name = stage.kind === "report" ? "report.html" : "weights.safetensors";
  const given = (await texts?.(dependencies, request)) ?? {
    [name]: `${stage.name} of seed ${run.file.seed}`,
  };
  const files: Record<string, string> = {};
  for (const [name, text] of Object.entries(given)) {
    files[name] = join(folder, `${stage.name}-${run.runId}-${process.pid}-${name}`);
    await writeFile(files[name], text);
  }
  const { manifest } = await commitArtifact(dependencies.store, {
    kind: stage.kind,
    key,
    parameters: stage.parameters,
    inputs: digests,
    summary: summaries[stage.kind] ?? { rows: 1, length: 1, validationAccuracy: 0.5 },
    engine: stage.usesEngine ? ENGINE : null,
    seconds: 0,
    files,
  });
  return outcomeOf(manifest, false);
}
