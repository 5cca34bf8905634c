/** What a retraining asks beside its run, as far as the store knows it: control workers look there before there is a pod. */
import { newestImages } from "../../learn/proof/newest.js";
import { baseIdentity } from "../../spec/base.js";
import { engineOf } from "../../spec/engine/device.js";
import { isWithoutGpu } from "../../spec/pods/groups.js";
import type { DriftInBrief, DriftRecord } from "../../spec/records/drift.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { NewestAnswers } from "../../spec/records/proof.js";
import { DRIFT_VERSION } from "../../spec/retraining/drift.js";
import type { NewestActivities, NewestInBrief } from "../../spec/retraining/newest.js";
import { type Answer, type PodQuestion, QUESTION_STAGE } from "../../spec/retraining/podQuestion.js";
import type { AskedRun } from "../../spec/retraining/retraining.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { datasetOf } from "../../store/artifacts/comparable.js";
import type { Store } from "../../store/connection/connection.js";
import { driftName, driftRef, findDrift } from "../../store/records/drifts.js";
import { readEvaluated } from "../../store/records/evaluated.js";
import { answersName, findAnswers } from "../../store/records/newestAnswers.js";
import { requireModel } from "../../store/records/proofs.js";
import type { ControlDependencies } from "../context.js";

const CAUSES_TOLD = 3;
const IMAGES_TOLD = 5;

/** @throws ThawError NOT_FOUND where something of a version is gone, ARTIFACT_CORRUPT, STORE_… */
export async function findAnswer(
  { store, engineFingerprint }: ControlDependencies,
  { run, question }: PodQuestion,
): Promise<Answer | null> {
  if (question.kind === "newest") {
    const { answer } = await askedNewest(store, { run, ...question });
    return answer ?? null;
  }
  const { version, source } = question;
  const model = await requireModel(store, run.file.name, version);
  const dataset = await requireManifest(store, datasetOf(model));
  const record = driftRecordOf(run, model, { dataset: dataset.digest, source, engineFingerprint });
  const known = await findDrift(store, record);
  return known === undefined ? null : driftInBrief(record, known);
}

/**
 * Name of the record of a comparison.
 * @param dataset digest of the version's data set
 * @param source digest of all images as they are listed
 */
export function driftRecordOf(
  { file }: Pick<AskedRun, "file">,
  { name, weights, base, baseSpec }: ModelVersion,
  {
    dataset,
    source,
    engineFingerprint,
  }: { readonly dataset: string; readonly source: string; readonly engineFingerprint: string },
): string {
  const device = isWithoutGpu(file, QUESTION_STAGE) ? ({ device: "cpu" } as const) : {};
  return driftName(name, {
    version: DRIFT_VERSION,
    weights: weights.digest,
    base: baseIdentity(base, baseSpec),
    ...{ dataset, source },
    engine: engineOf(device, engineFingerprint),
  });
}

export function driftInBrief(record: string, drift: DriftRecord): DriftInBrief {
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

/** The version in use and the one that was trained, and what the first was asked about images that are new in the second. */
export interface AskedNewest {
  readonly asked: ModelVersion;
  readonly other: ModelVersion;
  /** Labels of the images that are new, by digest. */
  readonly labels: ReadonlyMap<string, string>;
  /** Name of the record of the answers. */
  readonly record: string;
  /** Absent where it was not asked yet. */
  readonly answer?: NewestInBrief;
}

/** @throws ThawError NOT_FOUND where something of a version is gone, ARTIFACT_CORRUPT, STORE_… */
export async function askedNewest(
  store: Store,
  { run, champion, challenger }: Parameters<NewestActivities["answerNewest"]>[0],
): Promise<AskedNewest> {
  const { name } = run.file;
  const [asked, other] = await Promise.all([
    requireModel(store, name, champion),
    requireModel(store, name, challenger),
  ]);
  const newest = newestImages(await readEvaluated(store, asked), await readEvaluated(store, other));
  const labels = new Map(newest.map(({ sha256, label }) => [sha256, label]));
  const common = { asked, other, labels, record: answersName(asked, other) };
  if (newest.length === 0) return { ...common, answer: { images: 0 } };
  const known = await findAnswers(store, common.record, asked);
  return known === undefined ? common : { ...common, answer: newestInBrief(labels, known.answers) };
}

export function newestInBrief(
  labels: ReadonlyMap<string, string>,
  answers: NewestAnswers["answers"],
): NewestInBrief {
  const right = answers.filter((answer) => labels.get(answer.sha256) === answer.predicted);
  return { images: labels.size, right: right.length };
}
