/** What all heavy stages share: look up, fetch inputs, compute, commit once, keep a local copy. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import type { StageOutcome, StageRequest } from "../spec/activities.js";
import type { EngineJob } from "../spec/engineJob.js";
import { ThawError } from "../spec/errors.js";
import type { Progress } from "../spec/training.js";
import { type ArtifactManifest, commitArtifact, requireManifest } from "../store/artifacts.js";
import type { TrainingDependencies } from "./context.js";
import { lookUp, outcomeOf } from "./findArtifact.js";
import { keepLocally, localArtifact, newWorkFolder } from "./localArtifacts.js";
import { pausable } from "./pausable.js";

/** The inputs of a stage: their manifests, and their files on this machine. */
export interface StageInputs {
  manifest(name: string): ArtifactManifest;
  /** Folder with the files of an input. */
  folder(name: string): Promise<string>;
}

/** Builds the engine's job for a stage. @param out the folder that the job writes its files to */
export type JobBuilder = (request: StageRequest, inputs: StageInputs, out: string) => Promise<EngineJob>;

/** Runs one attempt at a stage; the artifact is in the store when it returns. */
export async function runStage(
  dependencies: TrainingDependencies,
  request: StageRequest,
  buildJob: JobBuilder,
): Promise<StageOutcome> {
  const { store, engine, engineFingerprint, workFolder } = dependencies;
  const activity = Context.current();
  const report = (progress: Progress): void => activity.heartbeat(progress);
  engine.warm();
  report({ phase: "looking for the artifact", step: 0, total: 1 });
  const { key, digests, manifest: known } = await lookUp(dependencies, request);
  if (known !== undefined) return outcomeOf(known, true);

  const inputs = await openInputs(dependencies, request, report);
  const out = await newWorkFolder(workFolder, request.stage.name);
  try {
    const job = await buildJob(request, inputs, out);
    const started = performance.now();
    const summary = await pausable(store, request, activity.cancellationSignal, (signal) =>
      engine.run(job, { onProgress: report, signal }),
    );
    const names = (await readdir(out)).sort();
    const { manifest, won } = await commitArtifact(store, {
      kind: request.stage.kind,
      key,
      parameters: request.stage.parameters,
      inputs: digests,
      summary,
      engine: request.stage.usesEngine ? engineFingerprint : null,
      seconds: (performance.now() - started) / 1000,
      files: Object.fromEntries(names.map((name) => [name, join(out, name)])),
      onProgress: (done, total) => report({ phase: "storing", step: done, total }),
    });
    if (won) await keepLocally(workFolder, manifest, out);
    return outcomeOf(manifest, !won);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function openInputs(
  { store, workFolder }: TrainingDependencies,
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
      localArtifact(store, workFolder, manifest(name), (file) =>
        report({ phase: `fetching ${file}`, step: 0, total: 1 }),
      ),
  };
}
