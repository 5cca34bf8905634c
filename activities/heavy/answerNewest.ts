/** Asks the version in use about the test images of a newer one that it has never seen. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import { z } from "zod";
import { newestImages } from "../../learn/proof/newest.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import { fitting } from "../../spec/engine/diskFull.js";
import { WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { NewestAnswers } from "../../spec/records/proof.js";
import type { NewestActivities, NewestInBrief } from "../../spec/retraining/newest.js";
import { imageLineSchema } from "../../spec/schemas/records/files.js";
import { shapedLines } from "../../spec/schemas/shaped.js";
import {
  describeFile,
  readArtifactFile,
  readArtifactRange,
  requireManifest,
} from "../../store/artifacts/artifacts.js";
import { localBase } from "../../store/artifacts/localBase.js";
import { localModelFile } from "../../store/artifacts/localFile.js";
import type { Store } from "../../store/connection/connection.js";
import { forEachParallel } from "../../store/parallel.js";
import { readEvaluated } from "../../store/records/evaluated.js";
import { answersName, findAnswers, keepAnswers } from "../../store/records/newestAnswers.js";
import { requireModel } from "../../store/records/proofs.js";
import type { TrainingDependencies } from "../context.js";
import { startPulse } from "../life/pulse.js";
import { newWorkFolder } from "./localArtifacts.js";
import type { RunningStages, StageHooks } from "./runningStages.js";
import { attemptOf, waitingStore } from "./stageRunner.js";

type Request = Parameters<NewestActivities["answerNewest"]>[0];

const IMAGES = "images.jsonl";
const PARALLEL = 8;

/** Of a `predict` job's answer, what is read here. */
const answerSchema = z.array(
  z.object({ path: z.string(), probabilities: z.array(z.number()).exactOptional() }),
);

/**
 * What was asked once is found again. A later attempt takes up what an outage of the server cut off.
 * @throws ThawError NOT_FOUND where something of a version is gone, ARTIFACT_CORRUPT, NUMBERS_DIFFER, ENGINE_FAILED, STORE_…
 */
export async function answerNewest(
  dependencies: TrainingDependencies,
  running: RunningStages<NewestInBrief>,
  request: Request,
): Promise<NewestInBrief> {
  const activity = Context.current();
  const pulse = startPulse((progress) => activity.heartbeat(progress));
  const { run, champion, challenger } = request;
  try {
    return await running.attend(
      `answers of ${run.file.name}@${champion} to what is new in ${challenger}`,
      (hooks) =>
        fitting("what the newest images need", dependencies.workFolder, () =>
          ask(dependencies, request, hooks),
        ),
      attemptOf(activity, pulse.report),
    );
  } finally {
    pulse.stop();
  }
}

async function ask(
  dependencies: TrainingDependencies,
  { run, champion, challenger }: Request,
  hooks: StageHooks,
): Promise<NewestInBrief> {
  const signal = AbortSignal.any([hooks.signal, hooks.leaving]);
  const store = waitingStore(dependencies.store, hooks.report, signal);
  const { name } = run.file;
  const [asked, other] = await Promise.all([
    requireModel(store, name, champion),
    requireModel(store, name, challenger),
  ]);
  const newest = newestImages(await readEvaluated(store, asked), await readEvaluated(store, other));
  if (newest.length === 0) return { images: 0 };
  const labels = new Map(newest.map(({ sha256, label }) => [sha256, label]));
  const record = answersName(asked, other);
  const known = await findAnswers(store, record, asked);
  if (known !== undefined) return briefly(labels, known.answers);
  const answers = await predicted({ ...dependencies, store }, asked, other, labels, {
    report: hooks.report,
    signal,
  });
  await keepAnswers(store, record, {
    ...{ model: name, version: champion, at: new Date().toISOString() },
    answers,
  });
  return briefly(labels, answers);
}

function briefly(labels: ReadonlyMap<string, string>, answers: NewestAnswers["answers"]): NewestInBrief {
  const right = answers.filter((answer) => labels.get(answer.sha256) === answer.predicted);
  return { images: labels.size, right: right.length };
}

/** @param wanted digests of the images, as keys */
async function predicted(
  { store, workFolder, engine, baseCheckpoint }: TrainingDependencies,
  model: ModelVersion,
  other: ModelVersion,
  wanted: ReadonlyMap<string, string>,
  { report, signal }: Pick<StageHooks, "report" | "signal">,
): Promise<NewestAnswers["answers"]> {
  const told = (phase: string): void => report({ phase, step: 0, total: 1 });
  const { base, baseSpec, background, keepShortSide, classes, golden, temperature } = model;
  const folder = await newWorkFolder(workFolder, "newest");
  try {
    const [weights, choice] = await Promise.all([
      localModelFile(store, join(workFolder, "models"), model.weights, WEIGHTS_FILE, told),
      localBase(store, workFolder, base, baseSpec, baseCheckpoint, told),
    ]);
    const files = await canonicalImages(store, other, wanted, folder, report);
    const answer = await engine.run(
      {
        ...{ kind: "predict", base: choice, weights, files: [...files.keys()] },
        ...{ background, keepShortSide, classes },
        ...(temperature === undefined ? {} : { temperature }),
        ...(golden === undefined ? {} : { golden }),
      },
      { onProgress: report, signal },
    );
    return answerSchema.parse(answer).flatMap(({ path, probabilities }) => {
      const sha256 = files.get(path);
      if (sha256 === undefined || probabilities === undefined) return [];
      return [{ sha256, predicted: classes[probabilities.indexOf(Math.max(...probabilities))] ?? "" }];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The images as the newer version's data set has them: what that was asked about, too.
 * @returns digests of the source files by the path of the image on this machine
 */
async function canonicalImages(
  store: Store,
  other: ModelVersion,
  wanted: ReadonlyMap<string, string>,
  folder: string,
  report: StageHooks["report"],
): Promise<ReadonlyMap<string, string>> {
  const ingest = await requireManifest(store, other.artifacts.ingest as ArtifactRef);
  const list = (await readArtifactFile(store, ingest, IMAGES)).toString("utf8");
  const records = shapedLines<ImageRecord>(list, imageLineSchema, describeFile(ingest, IMAGES));
  const chosen = new Map(
    records.filter(({ sha256 }) => wanted.has(sha256)).map((record) => [record.sha256, record]),
  );
  const files = new Map<string, string>();
  const all = [...chosen.values()].map((record, index) => ({ record, file: join(folder, `${index}.png`) }));
  for (const { record, file } of all) files.set(file, record.sha256);
  let done = 0;
  await forEachParallel(all, PARALLEL, async ({ record: { pack, offset, length }, file }) => {
    // A range has no digest of its own; its PNG has a checksum for each chunk, which decoding checks.
    await writeFile(file, await readArtifactRange(store, ingest, pack, offset, length));
    report({ phase: "fetching the newest images", step: ++done, total: all.length });
  });
  return files;
}
