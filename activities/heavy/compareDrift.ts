/** The activity of drift: a retraining's new images against those that the version in use was evaluated on. */
import { rm } from "node:fs/promises";
import { MOST_HELD_OUT } from "../../data/dataset/comparison.js";
import { witnesses } from "../../data/dataset/witnesses.js";
import { fileDigest } from "../../files/intact.js";
import { baseIdentity } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import type { DriftInBrief, DriftRecord, DriftReport } from "../../spec/records/drift.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { DRIFT_VERSION, type DriftActivities } from "../../spec/retraining/drift.js";
import { readingOf } from "../../spec/runFile/folders.js";
import { driftReportSchema } from "../../spec/schemas/cli/drift.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { comparableModel, datasetOf } from "../../store/artifacts/comparable.js";
import type { Store } from "../../store/connection/connection.js";
import { driftName, driftRef, findDrift, keepDrift } from "../../store/records/drifts.js";
import { readModel } from "../../store/records/records.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import type { TrainingDependencies } from "../context.js";
import { attended } from "./attended.js";
import { newWorkFolder } from "./localArtifacts.js";
import { type Newcomers, newcomers } from "./newcomers.js";
import type { RunningStages, StageHooks } from "./runningStages.js";
import { waitingStore } from "./stageRunner.js";

type Request = Parameters<DriftActivities["compareDrift"]>[0];

const CAUSES_TOLD = 3;
const IMAGES_TOLD = 5;

/**
 * What was compared once is found again. A later attempt takes up what an outage of the server cut off.
 * @throws ThawError NOT_FOUND where something of the version is gone, ARTIFACT_CORRUPT, DATA_…, ENGINE_FAILED, STORE_…
 */
export async function compareDrift(
  dependencies: TrainingDependencies,
  running: RunningStages<DriftInBrief>,
  request: Request,
): Promise<DriftInBrief> {
  const { run, version, source } = request;
  const { workFolder } = dependencies;
  return attended(
    running,
    {
      name: `drift of ${source} from ${run.file.name}@${version}`,
      ...{ workFolder, holding: "what the comparison of new images needs" },
    },
    (hooks) => compare(dependencies, request, hooks),
  );
}

async function compare(
  { store: hasty, workFolder, engine, engineFingerprint, baseCheckpoint }: TrainingDependencies,
  { run, version }: Request,
  hooks: StageHooks,
): Promise<DriftInBrief> {
  const { report } = hooks;
  const signal = AbortSignal.any([hooks.signal, hooks.leaving]);
  const store = waitingStore(hasty, report, signal);
  const told = (phase: string): void => report({ phase, step: 0, total: 1 });
  const { name } = run.file;
  const model = await knownModel(store, name, version);
  await requireSoundModel(store, model, told);
  const dataset = await requireManifest(store, datasetOf(model));
  const source = { ...run, ...readingOf(run.file) };
  const { digest, ...images } = await newcomers(source, dataset, workFolder, { store, report, signal });
  if (images.files.length === 0) return { version, sentence: `no image is new to ${name}@${version}` };
  const record = driftName(name, {
    version: DRIFT_VERSION,
    weights: model.weights.digest,
    base: baseIdentity(model.base, model.baseSpec),
    dataset: dataset.digest,
    source: digest,
    engine: engineFingerprint,
  });
  const known = await findDrift(store, record);
  if (known !== undefined) return briefly(record, known);
  const folder = await newWorkFolder(workFolder, "drift");
  try {
    const comparable = await comparableModel({
      ...{ store, workFolder, model, baseCheckpoint, folder, told, onProgress: report },
      choose: (records) => witnesses(records, MOST_HELD_OUT),
    });
    const answer = await engine.run({ ...comparable, ...images }, { onProgress: report, signal });
    const findings: DriftReport = driftReportSchema.parse(answer);
    const drift = await keepDrift(store, record, {
      ...{ model: { name, version }, at: new Date().toISOString(), source: digest },
      ...findings,
      bytes: await digestsOf(findings, images),
    });
    return briefly(record, drift);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function knownModel(store: Store, name: string, version: number): Promise<ModelVersion> {
  const model = await readModel(store, name, version);
  if (model !== undefined) return model;
  throw new ThawError("NOT_FOUND", `there is no version ${version} of model ${name}`, {
    hint: `\`thaw models ${name}\` lists them`,
  });
}

async function digestsOf(
  { newest }: DriftReport,
  { files }: Pick<Newcomers, "files">,
): Promise<Record<string, string>> {
  const places = new Map(files.map(({ path, file }) => [path, file]));
  const digests = newest.map(async ({ path }) => [path, await fileDigest(places.get(path) ?? path)]);
  return Object.fromEntries(await Promise.all(digests)) as Record<string, string>;
}

function briefly(record: string, drift: DriftRecord): DriftInBrief {
  const { model, verdict, sentence, properties, newest, images } = drift;
  return {
    version: model.version,
    ...{ verdict, sentence },
    causes: properties.slice(0, CAUSES_TOLD).map((property) => property.sentence),
    newest: newest.slice(0, IMAGES_TOLD).map(({ path }) => path),
    compared: images.compared,
    record: driftRef(record, drift),
  };
}
