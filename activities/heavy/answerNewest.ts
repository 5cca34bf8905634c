/** Asks the version in use about the test images of a newer one that it has never seen. */
import { rm } from "node:fs/promises";
import { answersIn, askingJob } from "../../learn/proof/asking.js";
import { newestImages } from "../../learn/proof/newest.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { NewestAnswers } from "../../spec/records/proof.js";
import type { NewestActivities, NewestInBrief } from "../../spec/retraining/newest.js";
import { canonicalImages } from "../../store/artifacts/canonicalImages.js";
import { localBase } from "../../store/artifacts/localBase.js";
import { localWeights } from "../../store/artifacts/localWeights.js";
import { readEvaluated } from "../../store/records/evaluated.js";
import { answersName, findAnswers, keepAnswers } from "../../store/records/newestAnswers.js";
import { requireModel } from "../../store/records/proofs.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import type { TrainingDependencies } from "../context.js";
import { attended } from "./attended.js";
import { newWorkFolder } from "./localArtifacts.js";
import type { RunningStages, StageHooks } from "./runningStages.js";
import { waitingStore } from "./stageRunner.js";

type Request = Parameters<NewestActivities["answerNewest"]>[0];

/**
 * What was asked once is found again. A later attempt takes up what an outage of the server cut off.
 * @throws ThawError NOT_FOUND where something of a version is gone, ARTIFACT_CORRUPT, NUMBERS_DIFFER, ENGINE_FAILED, STORE_…
 */
export async function answerNewest(
  dependencies: TrainingDependencies,
  running: RunningStages<NewestInBrief>,
  request: Request,
): Promise<NewestInBrief> {
  const { run, champion, challenger } = request;
  const { workFolder } = dependencies;
  return attended(
    running,
    {
      name: `answers of ${run.file.name}@${champion} to what is new in ${challenger}`,
      ...{ workFolder, holding: "what the newest images need" },
    },
    (hooks) => ask(dependencies, request, hooks),
  );
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
  await requireSoundModel(store, asked, (phase) => hooks.report({ phase, step: 0, total: 1 }));
  const answers = await predicted({ ...dependencies, store }, asked, other, new Set(labels.keys()), {
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

async function predicted(
  { store, workFolder, engine, baseCheckpoint }: TrainingDependencies,
  model: ModelVersion,
  other: ModelVersion,
  wanted: ReadonlySet<string>,
  { report, signal }: Pick<StageHooks, "report" | "signal">,
): Promise<NewestAnswers["answers"]> {
  const told = (phase: string): void => report({ phase, step: 0, total: 1 });
  const folder = await newWorkFolder(workFolder, "newest");
  try {
    const [weights, base] = await Promise.all([
      localWeights(store, workFolder, model, told),
      localBase(store, workFolder, model.base, model.baseSpec, baseCheckpoint, told),
    ]);
    const files = await canonicalImages(store, other, wanted, folder, report);
    const job = askingJob(model, base, weights, files.keys());
    return answersIn(await engine.run(job, { onProgress: report, signal }), files, model);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
