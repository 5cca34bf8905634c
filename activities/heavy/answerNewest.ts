/** Asks the version in use about the test images of a newer one that it has never seen. */
import { rm } from "node:fs/promises";
import { answersIn, askingJob } from "../../learn/proof/asking.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { NewestAnswers } from "../../spec/records/proof.js";
import type { Metered } from "../../spec/records/usage.js";
import type { NewestActivities, NewestInBrief } from "../../spec/retraining/newest.js";
import { canonicalImages } from "../../store/artifacts/canonicalImages.js";
import { localBase } from "../../store/artifacts/localBase.js";
import { localWeights } from "../../store/artifacts/localWeights.js";
import { keepAnswers } from "../../store/records/newestAnswers.js";
import { requireSoundModel } from "../../store/records/soundModel.js";
import type { TrainingDependencies } from "../context.js";
import { askedNewest, newestInBrief } from "../retraining/answers.js";
import { type AttendedHooks, attended } from "./attended.js";
import { newWorkFolder } from "./localArtifacts.js";
import type { RunningStages } from "./runningStages.js";
import { waitingStore } from "./stageRunner.js";

type Request = Parameters<NewestActivities["answerNewest"]>[0];

/**
 * What was asked once is found again. A later attempt takes up what an outage of the server cut off.
 * @throws ThawError NOT_FOUND where something of a version is gone, ARTIFACT_CORRUPT, NUMBERS_DIFFER, ENGINE_FAILED, STORE_…
 */
export async function answerNewest(
  dependencies: TrainingDependencies,
  running: RunningStages<Metered<NewestInBrief>>,
  request: Request,
): Promise<Metered<NewestInBrief>> {
  const { run, champion, challenger } = request;
  return attended(
    dependencies,
    running,
    {
      ...{ kind: "newest", run },
      name: `answers of ${run.file.name}@${champion} to what is new in ${challenger}`,
      holding: "what the newest images need",
      note: ({ images, right = 0 }) =>
        images === 0 ? "no image is new" : `${right} of ${images} newest images right`,
    },
    (hooks) => ask(dependencies, request, hooks),
  );
}

async function ask(
  dependencies: TrainingDependencies,
  request: Request,
  hooks: AttendedHooks,
): Promise<Metered<NewestInBrief>> {
  const signal = AbortSignal.any([hooks.signal, hooks.leaving]);
  const store = waitingStore(dependencies.store, hooks.report, signal);
  const { asked, other, labels, record, answer } = await askedNewest(store, request);
  if (answer !== undefined) return answer;
  await requireSoundModel(store, asked, (phase) => hooks.report({ phase, step: 0, total: 1 }));
  const answers = await predicted({ ...dependencies, store }, asked, other, new Set(labels.keys()), {
    ...{ report: hooks.report, meter: hooks.meter, signal },
  });
  const { name: model, version } = asked;
  await keepAnswers(store, record, { model, version, at: new Date().toISOString(), answers });
  return { ...newestInBrief(labels, answers), usage: hooks.usage() };
}

async function predicted(
  { store, workFolder, engine, baseCheckpoint }: TrainingDependencies,
  model: ModelVersion,
  other: ModelVersion,
  wanted: ReadonlySet<string>,
  { report, signal, meter }: Pick<AttendedHooks, "report" | "signal" | "meter">,
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
    return answersIn(
      await engine.run(job, {
        ...{ onProgress: report, onProcessorTime: meter.processorTime, signal },
      }),
      files,
      model,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
