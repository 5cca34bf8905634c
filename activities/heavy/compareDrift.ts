/** The activity of drift: a retraining's new images against those that the version in use was evaluated on. */
import { rm } from "node:fs/promises";
import { MOST_HELD_OUT } from "../../data/dataset/comparison.js";
import { witnesses } from "../../data/dataset/witnesses.js";
import { fileDigest } from "../../files/intact.js";
import type { DriftInBrief, DriftReport } from "../../spec/records/drift.js";
import type { Metered } from "../../spec/records/usage.js";
import type { DriftActivities } from "../../spec/retraining/drift.js";
import { readingOf } from "../../spec/runFile/folders.js";
import { driftReportSchema } from "../../spec/schemas/cli/drift.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { comparableModel, datasetOf } from "../../store/artifacts/comparable.js";
import { findDrift, keepDrift } from "../../store/records/drifts.js";
import { requireModel } from "../../store/records/proofs.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import type { TrainingDependencies } from "../context.js";
import { driftInBrief, driftRecordOf } from "../retraining/answers.js";
import { type AttendedHooks, attended } from "./attended.js";
import { newWorkFolder } from "./localArtifacts.js";
import { type Newcomers, newcomers } from "./newcomers.js";
import type { RunningStages } from "./runningStages.js";
import { waitingStore } from "./stageRunner.js";

type Request = Parameters<DriftActivities["compareDrift"]>[0];

/**
 * What was compared once is found again. A later attempt takes up what an outage of the server cut off.
 * @throws ThawError NOT_FOUND where something of the version is gone, ARTIFACT_CORRUPT, DATA_…, ENGINE_FAILED, STORE_…
 */
export async function compareDrift(
  dependencies: TrainingDependencies,
  running: RunningStages<Metered<DriftInBrief>>,
  request: Request,
): Promise<Metered<DriftInBrief>> {
  const { run, version, source } = request;
  return attended(
    dependencies,
    running,
    {
      ...{ kind: "drift", run, name: `drift of ${source} from ${run.file.name}@${version}` },
      holding: "what the comparison of new images needs",
      note: ({ sentence }) => sentence,
    },
    (hooks) => compare(dependencies, request, hooks),
  );
}

async function compare(
  { store: hasty, workFolder, engine, engineFingerprint, baseCheckpoint }: TrainingDependencies,
  { run, version }: Request,
  hooks: AttendedHooks,
): Promise<Metered<DriftInBrief>> {
  const { report } = hooks;
  const signal = AbortSignal.any([hooks.signal, hooks.leaving]);
  const store = waitingStore(hasty, report, signal);
  const told = (phase: string): void => report({ phase, step: 0, total: 1 });
  const { name } = run.file;
  const model = await requireModel(store, name, version);
  await requireSoundModel(store, model, told);
  const dataset = await requireManifest(store, datasetOf(model));
  const source = { ...run, ...readingOf(run.file) };
  const { digest, ...images } = await newcomers(source, dataset, workFolder, { store, report, signal });
  if (images.files.length === 0) return { version, sentence: `no image is new to ${name}@${version}` };
  const record = driftRecordOf(run, model, { dataset: dataset.digest, source: digest, engineFingerprint });
  const known = await findDrift(store, record);
  if (known !== undefined) return driftInBrief(record, known);
  const folder = await newWorkFolder(workFolder, "drift");
  try {
    const comparable = await comparableModel({
      ...{ store, workFolder, model, baseCheckpoint, folder, told, onProgress: report },
      choose: (records) => witnesses(records, MOST_HELD_OUT),
    });
    const answer = await engine.run(
      { ...comparable, ...images },
      { onProgress: report, onProcessorTime: hooks.meter.processorTime, signal },
    );
    const findings: DriftReport = driftReportSchema.parse(answer);
    const drift = await keepDrift(store, record, {
      ...{ model: { name, version }, at: new Date().toISOString(), source: digest },
      ...findings,
      bytes: await digestsOf(findings, images),
    });
    return { ...driftInBrief(record, drift), usage: hooks.usage() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function digestsOf(
  { newest }: DriftReport,
  { files }: Pick<Newcomers, "files">,
): Promise<Record<string, string>> {
  const places = new Map(files.map(({ path, file }) => [path, file]));
  const digests = newest.map(async ({ path }) => [path, await fileDigest(places.get(path) ?? path)]);
  return Object.fromEntries(await Promise.all(digests)) as Record<string, string>;
}
