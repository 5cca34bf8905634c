/** Images that are new since the champion: the challenger held them out, the champion has never seen them. */
import { groupImages } from "../../data/splits/groups.js";
import { type EvaluatedVersion, LEAST_IMAGES, type NewestProof } from "../../spec/records/proof.js";
import { pText } from "../../spec/text/pText.js";
import { compareAnswers, figuresText, type PairedAnswer } from "./paired.js";

/** What is known of them. */
export interface Newest {
  readonly images: number;
  /** Of those that the champion was asked about; absent where it was not. */
  readonly answered?: { readonly record: string; readonly answers: readonly PairedAnswer[] };
}

/**
 * Test images of the challenger of which the champion's data set has neither the file nor a copy, and whose class both know.
 * Of a file that is there several times, one.
 */
export function newestImages(
  before: EvaluatedVersion,
  after: EvaluatedVersion,
): readonly EvaluatedVersion["answers"][number][] {
  const known = [...before.answers, ...before.learned];
  const all = [...known, ...after.answers].map(({ sha256, phash }, index) => ({
    ...{ path: String(index), sha256, phash },
  }));
  const seen = new Set<number>();
  for (const copies of groupImages(all).copies)
    if (copies.some((index) => index < known.length))
      for (const index of copies) seen.add(index - known.length);
  const found = new Map<string, EvaluatedVersion["answers"][number]>();
  after.answers.forEach((answer, index) => {
    const { sha256, label } = answer;
    if (!seen.has(index) && before.classes.includes(label) && !found.has(sha256)) found.set(sha256, answer);
  });
  return [...found.values()];
}

/** A veto at most: that a challenger is better there promotes nothing. @param level of the one-sided test */
export function judgeNewest({ images, answered }: Newest, level: number): NewestProof {
  const count = `${images} ${images === 1 ? "image" : "images"}`;
  if (answered === undefined)
    return {
      ...{ images, verdict: "cannot-say" },
      sentence: `the champion was not asked about the ${count} that are new since it`,
    };
  const { record, answers } = answered;
  const compared = compareAnswers(answers, level);
  const { pBetter: _pBetter, ...figures } = compared;
  const numbers = figuresText(compared, "the newest");
  const verdict = answers.length < LEAST_IMAGES ? "cannot-say" : compared.pWorse < level ? "worse" : "held";
  const sentence = {
    "cannot-say": `${numbers}: too few to say, ${LEAST_IMAGES} are needed`,
    worse: `${numbers}, ${pText(compared.pWorse)}`,
    held: `${numbers}: not proven worse`,
  }[verdict];
  return { verdict, sentence, ...figures, record };
}
