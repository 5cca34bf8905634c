/** What all heavy stages share: look up, fetch inputs, compute, commit once, keep a local copy. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import { engineOf } from "../../spec/engine/device.js";
import { fitting } from "../../spec/engine/diskFull.js";
import type { EngineJob } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import type { HalfBatch } from "../../spec/pipeline/halfBatch.js";
import { lineageOf } from "../../spec/pipeline/lineage.js";
import type { RunInput } from "../../spec/pipeline/run.js";
import type { StagePlan } from "../../spec/pipeline/stages.js";
import type { DatasetSummary } from "../../spec/records/dataset.js";
import { type Outage, WAITING_FOR_STORE } from "../../spec/records/outage.js";
import type { AppliedChange, Progress } from "../../spec/records/training.js";
import type { Resources, Usage } from "../../spec/records/usage.js";
import { type ArtifactManifest, commitArtifact, requireManifest } from "../../store/artifacts/artifacts.js";
import { stageKey } from "../../store/artifacts/keys.js";
import { writeRedirect } from "../../store/artifacts/redirects.js";
import { removeCheckpoints } from "../../store/checkpoints/checkpoints.js";
import { patientStore, type Store } from "../../store/connection/connection.js";
import type { Patience } from "../../store/connection/patience.js";
import type { TrainingDependencies } from "../context.js";
import { progressSignals, signalProgress } from "../life/progressSignals.js";
import { startPulse } from "../life/pulse.js";
import { identify, lookUp, outcomeOf, type StageIdentity } from "../light/findArtifact.js";
import type { StageLog } from "../log/stageLog.js";
import { NO_METRICS } from "../metrics/metrics.js";
import { meterStage, type StageMeter } from "../metrics/stageMeter.js";
import { pausable } from "../steering/pausable.js";
import { signalApplied, type TellApplied } from "../steering/reportApplied.js";
import { isTraining, type MeteredHooks, type Trained, trainDurably } from "./durableTraining.js";
import { keepLocally, localArtifact, newWorkFolder } from "./localArtifacts.js";
import { withinMemory } from "./outOfMemory.js";
import type { Attempt, RunningStages, StageHooks } from "./runningStages.js";

/** The inputs of a stage: their manifests, and their files on this machine. */
export interface StageInputs {
  manifest(name: string): ArtifactManifest;
  /** Folder with the files of an input. */
  folder(name: string): Promise<string>;
}

/** For builders that fetch what their job reads. */
export interface FetchContext {
  /** Waits outages out. */
  readonly store: Store;
  /** Digests of what the stage reads, which its artifact's key was made from. */
  readonly digests: Readonly<Record<string, string>>;
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
  /** Hears what parts of the stage, which other activities have computed, have held. */
  readonly held: (usage: Usage) => void;
}

/** Builds the engine's job for a stage. @param out the folder that the job writes its files to */
export type JobBuilder = (
  request: StageRequest,
  inputs: StageInputs,
  out: string,
  fetching: FetchContext,
) => Promise<EngineJob>;

/** Longer than an outage of the store may last, shorter than anybody would wait for news of it. */
const STORE_PATIENCE_MS = 180_000;

/** Runs one attempt at a stage; the artifact is in the store when it returns. */
export async function runStage(
  dependencies: TrainingDependencies,
  running: RunningStages<StageOutcome>,
  request: StageRequest,
  buildJob: JobBuilder,
  log: StageLog,
): Promise<StageOutcome> {
  const activity = Context.current();
  const heldBefore = heldIn(activity.info.heartbeatDetails);
  const began = performance.now();
  const held = (): number => Math.round(heldBefore + (performance.now() - began) / 1000);
  const pulse = startPulse((progress) => activity.heartbeat({ ...progress, heldSeconds: held() }));
  try {
    dependencies.engine.warm();
    const identity = await identify(dependencies, request);
    const tell = signalApplied(activity);
    const news = progressSignals(request.stage.name, signalProgress(activity));
    return await running.attend(
      identity.key,
      (hooks) =>
        fitting(`what ${request.stage.name} needs`, dependencies.workFolder, () =>
          makeArtifact(dependencies, request, identity, buildJob, hooks, tell, heldBefore),
        ),
      attemptOf(activity, (progress, at) => {
        const logged = log.progress(progress);
        pulse.report(logged, at);
        news(logged);
      }),
    );
  } finally {
    pulse.stop();
  }
}

/** What an attempt at an activity hands to the work that may outlive it. */
export function attemptOf(activity: Context, report: Attempt["report"]): Attempt {
  return {
    number: activity.info.attempt,
    activity: activity.info.scheduledTimestampMs,
    report,
    cancelled: activity.cancellationSignal,
    isLost: () => isLost(activity.cancellationDetails),
    isLeaving: () => activity.cancellationDetails?.workerShutdown === true,
  };
}

/** A store that waits outages out, and tells of them. */
export function waitingStore(store: Store, report: (progress: Progress) => void, signal: AbortSignal): Store {
  return patientStore(store, { milliseconds: STORE_PATIENCE_MS, signal, onOutage: outageTeller(report) });
}

function outageTeller(report: (progress: Progress) => void): (outage: Outage | undefined) => void {
  return (outage) =>
    report({
      phase: outage === undefined ? "the store answers again" : WAITING_FOR_STORE,
      step: 0,
      total: 1,
      ...(outage === undefined ? {} : { outage }),
    });
}

/** The server has timed the attempt out, or does not know it any more, and nobody has asked for its end. */
function isLost(details: Context["cancellationDetails"]): boolean {
  if (details === undefined) return false;
  const { timedOut, notFound, cancelRequested, workerShutdown, paused, reset } = details;
  return (timedOut || notFound) && !(cancelRequested || workerShutdown || paused || reset);
}

/** What the attempts before have held, as the last of them told. */
export function heldIn(details: unknown): number {
  const { heldSeconds } = (details ?? {}) as Partial<Progress>;
  return typeof heldSeconds === "number" && heldSeconds > 0 ? heldSeconds : 0;
}

/** Outlives the attempt that began it, so it knows nothing of Temporal. */
async function makeArtifact(
  given: TrainingDependencies,
  request: StageRequest,
  identity: StageIdentity,
  buildJob: JobBuilder,
  hooks: StageHooks,
  tell: TellApplied,
  heldBefore: number,
): Promise<StageOutcome> {
  const { metrics = NO_METRICS, resources } = given;
  const { stage, run } = request;
  const meter = meterStage(metrics, { stage: stage.kind, model: run.file.name }, resources.gpus);
  const report = (progress: Progress): void => hooks.report(meter.progress(progress));
  try {
    return await makeMetered(
      given,
      request,
      identity,
      buildJob,
      { ...hooks, report, meter, heldBefore },
      tell,
    );
  } finally {
    meter.stop();
  }
}

async function makeMetered(
  given: TrainingDependencies,
  request: StageRequest,
  identity: StageIdentity,
  buildJob: JobBuilder,
  hooks: MeteredHooks,
  tell: TellApplied,
): Promise<StageOutcome> {
  const { report, signal, meter } = hooks;
  const onOutage = outageTeller(report);
  const store = patientStore(given.store, { milliseconds: STORE_PATIENCE_MS, signal, onOutage });
  const dependencies = { ...given, store };
  const { engineFingerprint } = dependencies;
  const { key, digests, manifest: known } = await lookUp(dependencies, request, identity);
  if (known !== undefined) {
    // The attempt that made it may not have lived to clear up.
    await removeCheckpoints(store, key, request.run.runId);
    return outcomeOf(known, true);
  }

  const inputs = await openInputs(dependencies, request, report);
  const making = { dependencies, hastyStore: given.store, onOutage, digests, inputs, buildJob, hooks, tell };
  const keyOf = ({ stage }: StageRequest): string => stageKey(stage, digests, engineFingerprint);
  const images = trainingImages(inputs, request);
  const { outOfMemory } = meter;
  return withinMemory({ store, request, key, images, keyOf, report, outOfMemory }, async (asked, half) => {
    if (half !== undefined) {
      const { manifest } = await lookUp(dependencies, asked, { key: keyOf(asked), digests });
      if (manifest !== undefined) return outcomeOf(manifest, true);
    }
    return makeOnce(making, asked, half);
  });
}

/** What all tries at a stage share. */
interface Making {
  readonly dependencies: TrainingDependencies;
  /** For checkpoints and commands, which nobody waits for. */
  readonly hastyStore: Store;
  readonly onOutage: NonNullable<Patience["onOutage"]>;
  readonly digests: StageIdentity["digests"];
  readonly inputs: StageInputs;
  readonly buildJob: JobBuilder;
  readonly hooks: MeteredHooks;
  readonly tell: TellApplied;
}

/** One try at the stage, from its inputs to the committed artifact. */
async function makeOnce(
  { dependencies, hastyStore, onOutage, digests, inputs, buildJob, hooks, tell }: Making,
  request: StageRequest,
  half: HalfBatch | undefined,
): Promise<StageOutcome> {
  const { store, engineFingerprint, workFolder, resources } = dependencies;
  const { report, signal, leaving, meter, heldBefore } = hooks;
  const key = stageKey(request.stage, digests, engineFingerprint);
  const out = await newWorkFolder(workFolder, request.stage.name);
  try {
    const leave = AbortSignal.any([signal, leaving]);
    const fetching = patientStore(hastyStore, { milliseconds: STORE_PATIENCE_MS, signal: leave, onOutage });
    const parts: Usage[] = [];
    const job = await buildJob(request, inputs, out, {
      ...{ store: fetching, digests, report, signal: leave },
      held: (usage) => parts.push(usage),
    });
    const started = performance.now();
    const { summary, changes, beforeCommit, afterCommit } = isTraining(job)
      ? await trainDurably(dependencies, hastyStore, request, key, job, hooks, tell)
      : await computeOnce(dependencies, hastyStore, request, job, hooks);
    await beforeCommit();
    const stage = steeredStage(request.stage, changes);
    const ownKey = changes.length === 0 ? key : stageKey(stage, digests, engineFingerprint);
    if (ownKey !== key) await writeRedirect(store, request.run.runId, key, { key: ownKey, why: "steered" });
    const names = (await readdir(out)).sort();
    const { manifest, won } = await commitArtifact(store, {
      kind: request.stage.kind,
      key: ownKey,
      codeVersion: stage.codeVersion,
      parameters: stage.parameters,
      inputs: digests,
      summary: half === undefined ? summary : { ...(summary as object), outOfMemory: half.outOfMemory },
      engine: request.stage.usesEngine ? engineOf(request.stage, engineFingerprint) : null,
      seconds: (performance.now() - started) / 1000,
      usage: withParts(usageOf(request.run, meter, heldBefore, resources), parts),
      files: Object.fromEntries(names.map((name) => [name, join(out, name)])),
      onProgress: (done, total) => report({ phase: "storing", step: done, total }),
    });
    if (won) await keepLocally(workFolder, manifest, out);
    await afterCommit();
    return outcomeOf(manifest, !won);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function usageOf(run: RunInput, meter: StageMeter, heldBefore: number, resources: Resources): Usage {
  const { seconds, cpuSeconds } = meter.used();
  return {
    run: run.runId,
    lineage: lineageOf(run),
    seconds: heldBefore + seconds,
    ...{ cpuSeconds, resources },
  };
}

/** What other runs have computed cost this one nothing. */
function withParts(own: Usage, parts: readonly Usage[]): Usage {
  const all = [own, ...parts.filter(({ run }) => run === own.run)];
  const sum = (of: (usage: Usage) => number): number => all.reduce((total, one) => total + of(one), 0);
  return { ...own, seconds: sum(({ seconds }) => seconds), cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds) };
}

/** Of the run's own split; nought for a stage that has not the images yet. */
function trainingImages(inputs: StageInputs, { inputs: refs }: StageRequest): number {
  if (refs.ingest === undefined) return 0;
  const { counts } = inputs.manifest("ingest").summary as DatasetSummary;
  return counts.train.reduce((sum, count) => sum + count, 0);
}

/** Stages without a training of their own begin anew after whatever ends them. */
async function computeOnce(
  { engine }: TrainingDependencies,
  controlStore: Store,
  request: StageRequest,
  job: EngineJob,
  { report, signal, leaving, meter }: MeteredHooks,
): Promise<Trained> {
  const nothing = async (): Promise<void> => {};
  const summary = await pausable(controlStore, request, AbortSignal.any([signal, leaving]), (either) =>
    engine.run(job, { onProgress: report, onProcessorTime: meter.processorTime, signal: either }),
  );
  return { summary, changes: [], beforeCommit: nothing, afterCommit: nothing };
}

/** What was changed on the way is among the parameters, so that no run which asks for the file's finds the artifact. */
function steeredStage(stage: StagePlan, changes: readonly AppliedChange[]): StagePlan {
  return changes.length === 0 ? stage : { ...stage, parameters: { ...stage.parameters, changes } };
}

export async function openInputs(
  { store, workFolder }: Pick<TrainingDependencies, "store" | "workFolder">,
  { inputs }: StageRequest,
  report: (progress: Progress) => void,
): Promise<StageInputs> {
  const manifests = new Map<string, ArtifactManifest>();
  for (const [name, ref] of Object.entries(inputs)) manifests.set(name, await requireManifest(store, ref));
  const manifest = (name: string): ArtifactManifest => {
    const found = manifests.get(name);
    if (found === undefined) throw new ThawError("NOT_FOUND", `the stage was not given its input ${name}`);
    return found;
  };
  return {
    manifest,
    folder: (name) =>
      localArtifact(
        store,
        workFolder,
        manifest(name),
        (file) => report({ phase: `fetching ${file}`, step: 0, total: 1 }),
        (phase) => report({ phase, step: 0, total: 1 }),
      ),
  };
}
