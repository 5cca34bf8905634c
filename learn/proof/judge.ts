/** Champion against challenger on the same images: may the challenger take its place? */

import { randomStream } from "../../rng/stream.js";
import type { ClassProof, Judgement, ProofPolicy, ProofVerdict } from "../../spec/records/proof.js";
import { LEAST_IMAGES } from "../../spec/records/proof.js";
import { pText } from "../../spec/text/pText.js";
import { percent } from "../../spec/warnings/words.js";
import { wilsonInterval } from "../evaluation/metrics.js";
import { binomialTail } from "../evidence/mcnemar.js";
import { signFlipTest } from "../evidence/signFlip.js";
import { holm } from "./holm.js";
import { judgeNewest, type Newest } from "./newest.js";
import { normalQuantile } from "./normalQuantile.js";
import {
  compareAnswers,
  countPairs,
  figuresText,
  groupDifferences,
  type PairedAnswer,
  points,
  share,
} from "./paired.js";

export interface Circumstances {
  /** Earlier looks at these images. */
  readonly looksBefore: number;
  /** Evaluation images of the champion, or copies of them, that the challenger was trained on. */
  readonly learned: number;
  /** Classes that only the champion, and that only the challenger knows; none when left out. */
  readonly gone?: readonly string[];
  readonly appeared?: readonly string[];
  /** Images that only the challenger's data set has, which it held out; absent where there are none. */
  readonly newest?: Newest;
}

/**
 * The level of a proof is divided by the looks that the policy allows at the same images (Bonferroni): a new version after
 * the other, each tried on the same images, would else get past them by luck sooner or later. A challenger
 * is better when McNemar's exact test says so, and not worse when the interval of the difference lies above −margin; on
 * few images the margin is the champion's own uncertainty, which nobody can ask to be undercut. A class vetoes when it
 * is proven to lose (Holm's p over all classes) and loses more than its margin. A challenger that no longer knows a class
 * of the champion's is never promoted by itself: images of that class are in no comparison. On images that are new since the champion a
 * challenger can only lose: proven worse there, it is vetoed.
 */
export function judge(
  answers: readonly PairedAnswer[],
  policy: ProofPolicy,
  { looksBefore, learned, gone = [], appeared = [], newest }: Circumstances,
): Judgement {
  const levelOfLook = policy.level / policy.looks;
  const figures = {
    ...compareAnswers(answers, levelOfLook),
    margin: Math.max(policy.margin, uncertainty(answers, levelOfLook)),
    classes: judgeClasses(answers, policy, levelOfLook),
    ...(gone.length === 0 ? {} : { gone }),
    ...(appeared.length === 0 ? {} : { appeared }),
    ...(newest === undefined ? {} : { newest: judgeNewest(newest, levelOfLook) }),
    look: looksBefore + 1,
    levelOfLook,
  };
  const verdict = verdictOf(figures, policy, learned);
  const vetoes = vetoesOf(figures, policy);
  const isProven = verdict === "better" || (verdict === "not-worse" && policy.rule === "not-worse");
  return {
    verdict,
    promotable: isProven,
    sentence: sentenceOf(verdict, figures, policy, learned),
    vetoes,
    ...figures,
  };
}

type Figures = Omit<Judgement, "verdict" | "promotable" | "sentence" | "vetoes">;

function verdictOf(figures: Figures, policy: ProofPolicy, learned: number): ProofVerdict {
  const { images, look, interval, margin, pBetter, pWorse, levelOfLook, classes, gone, newest } = figures;
  if (learned > 0) return "leaks";
  if (gone !== undefined) return "class-gone";
  if (images < LEAST_IMAGES) return "cannot-say";
  if (look > policy.looks) return "looks-spent";
  if (pWorse < levelOfLook) return "worse";
  if (classes.some(({ verdict }) => verdict === "worse")) return "class-worse";
  if (newest?.verdict === "worse") return "newest-worse";
  const isNotWorse = interval[0] > -margin;
  if (isNotWorse && pBetter < levelOfLook) return "better";
  return isNotWorse ? "not-worse" : "cannot-say";
}

/** Half of the interval of the champion's own accuracy. */
function uncertainty(answers: readonly PairedAnswer[], level: number): number {
  if (answers.length === 0) return 0;
  const right = answers.filter(({ champion }) => champion).length;
  const [low, high] = wilsonInterval(right, answers.length, normalQuantile(1 - level));
  return (high - low) / 2;
}

function judgeClasses(
  answers: readonly PairedAnswer[],
  policy: ProofPolicy,
  level: number,
): readonly ClassProof[] {
  const names = [...new Set(answers.map(({ label }) => label))].sort();
  const ofClass = names.map((name) => answers.filter(({ label }) => label === name));
  const judged = ofClass.filter((of) => of.length >= LEAST_IMAGES);
  const adjusted = holm(judged.map(pOfLoss));
  return names.map((name, index) => {
    const of = ofClass[index] ?? [];
    const [champion, challenger] = [share(of, "champion"), share(of, "challenger")];
    const place = judged.indexOf(of);
    const pWorse = adjusted[place] ?? 1;
    const isWorse = pWorse < level && champion - challenger > policy.classMargin;
    const verdict = place < 0 ? "cannot-say" : isWorse ? "worse" : "held";
    return { name, images: of.length, champion, challenger, pWorse, verdict };
  });
}

/** One-sided: that the class loses by chance. */
function pOfLoss(answers: readonly PairedAnswer[]): number {
  const groups = groupDifferences(answers);
  if (groups.length < answers.length)
    return signFlipTest(
      groups.map(({ gained }) => -gained),
      randomStream(0, "proof-class"),
    );
  const { onlyChallenger, onlyChampion } = countPairs(answers);
  return binomialTail(onlyChampion, onlyChallenger + onlyChampion);
}

function vetoesOf(
  { classes, gone = [], appeared = [] }: Figures,
  { classMargin }: ProofPolicy,
): readonly string[] {
  const lost = classes.filter(({ verdict }) => verdict === "worse");
  const unknown = classes.filter(({ verdict }) => verdict === "cannot-say");
  return [
    ...lost.map(
      ({ name, champion, challenger, pWorse }) =>
        `${name} is recognised in ${percent(challenger)} instead of ${percent(champion)} (${pText(pWorse)}, more than ${percent(classMargin)} less)`,
    ),
    ...(unknown.length === 0
      ? []
      : [
          `nothing can be said of ${unknown.length === classes.length ? "any class" : unknown.map(({ name }) => name).join(", ")}: fewer than ${LEAST_IMAGES} images`,
        ]),
    ...(gone.length === 0 ? [] : [`the challenger no longer knows ${gone.join(", ")}`]),
    ...(appeared.length === 0
      ? []
      : [`the champion does not know ${appeared.join(", ")}: nothing was compared on images of that`]),
  ];
}

function sentenceOf(verdict: ProofVerdict, figures: Figures, policy: ProofPolicy, learned: number): string {
  const { images, margin, look } = figures;
  const numbers = figuresText(figures);
  switch (verdict) {
    case "leaks":
      return `not comparable: the challenger was trained on ${learned} of the champion's evaluation images, or copies of them`;
    case "class-gone":
      return `the classes differ, the challenger has no ${figures.gone?.join(", ")} any more; on what both know ${images === 0 ? "there are no images" : numbers}`;
    case "looks-spent":
      return `${numbers}; these images were looked at ${look - 1} times already, as often as the policy allows: new labelled images are needed`;
    case "worse":
      return `worse: ${numbers}, ${pText(figures.pWorse)}`;
    case "class-worse":
      return `a class is worse: ${numbers}`;
    case "newest-worse":
      return `worse on the images that are new since the champion: ${figures.newest?.sentence}; else ${numbers}`;
    case "better":
      return `better: ${numbers}, ${pText(figures.pBetter)}`;
    case "not-worse":
      return `not worse than the champion by ${points(margin)} points or more: ${numbers}${policy.rule === "better" ? "; that it is better is not proven" : ""}`;
    case "cannot-say":
      return images < LEAST_IMAGES
        ? `nothing can be said: only ${images} images that neither was trained on, ${LEAST_IMAGES} are needed`
        : `neither better nor not worse is proven: ${numbers}`;
  }
}
