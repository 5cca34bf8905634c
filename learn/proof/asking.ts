/** A version is asked about images that it has never seen: the engine's job, and what its answer means. */
import { z } from "zod";
import type { BaseChoice } from "../../spec/base.js";
import type { EngineJob } from "../../spec/engine/job.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { NewestAnswers } from "../../spec/records/proof.js";

/** Of a `predict` job's answer, what is read here. */
const answerSchema = z.array(
  z.object({ path: z.string(), probabilities: z.array(z.number()).exactOptional() }),
);

/** @param files images on this machine */
export function askingJob(
  { background, keepShortSide, classes, golden, temperature }: ModelVersion,
  base: BaseChoice,
  weights: string,
  files: Iterable<string>,
): EngineJob {
  return {
    ...{ kind: "predict", base, weights, files: [...files], background, keepShortSide, classes },
    // It changes no answer, but the probabilities of thaw's own picture, by which the model is checked.
    ...(temperature === undefined ? {} : { temperature }),
    ...(golden === undefined ? {} : { golden }),
  };
}

/**
 * @param answer of an {@link askingJob}
 * @param files digests of the source files by the path of the image
 * @returns without images that could not be read
 */
export function answersIn(
  answer: unknown,
  files: ReadonlyMap<string, string>,
  { classes }: Pick<ModelVersion, "classes">,
): NewestAnswers["answers"] {
  return answerSchema.parse(answer).flatMap(({ path, probabilities }) => {
    const sha256 = files.get(path);
    if (sha256 === undefined || probabilities === undefined) return [];
    return [{ sha256, predicted: classes[probabilities.indexOf(Math.max(...probabilities))] ?? "" }];
  });
}
