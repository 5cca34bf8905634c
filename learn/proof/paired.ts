/** Both models' answers to the same images, counted and tested: by images, or by groups where these are the witnesses. */
import { randomStream } from "../../rng/stream.js";
import type { Judgement } from "../../spec/records/proof.js";
import { percent } from "../../spec/warnings/words.js";
import { binomialTail } from "../evidence/mcnemar.js";
import { signFlipTest } from "../evidence/signFlip.js";
import { groupInterval } from "./groupInterval.js";
import { normalQuantile } from "./normalQuantile.js";
import { type PairedCounts, pairedDifference } from "./pairedDifference.js";

/** Both models' answers to an image that neither was trained on. */
export interface PairedAnswer {
  readonly label: string;
  /** Images of one group are no independent witnesses: copies, bursts, one patient's. */
  readonly group: string;
  readonly champion: boolean;
  readonly challenger: boolean;
}

/** What can be said of a set of answers, whatever for. */
export type Comparison = Pick<
  Judgement,
  | "images"
  | "groups"
  | "champion"
  | "challenger"
  | "onlyChampion"
  | "onlyChallenger"
  | "interval"
  | "pBetter"
  | "pWorse"
>;

/**
 * Where images come in groups, groups are what is exchanged: signs are flipped and intervals are drawn by them.
 * @param level of each one-sided test; the interval has confidence 1 − 2 × level
 */
export function compareAnswers(answers: readonly PairedAnswer[], level: number): Comparison {
  const counts = countPairs(answers);
  const groups = groupDifferences(answers);
  return {
    images: answers.length,
    groups: groups.length,
    champion: share(answers, "champion"),
    challenger: share(answers, "challenger"),
    onlyChampion: counts.onlyChampion,
    onlyChallenger: counts.onlyChallenger,
    ...tests(answers, groups, counts, level),
  };
}

export function countPairs(answers: readonly PairedAnswer[]): PairedCounts {
  return {
    images: answers.length,
    onlyChallenger: answers.filter(({ champion, challenger }) => challenger && !champion).length,
    onlyChampion: answers.filter(({ champion, challenger }) => champion && !challenger).length,
  };
}

/** Of each group: images that the challenger gains, less those that it loses, and how many there are. */
export function groupDifferences(
  answers: readonly PairedAnswer[],
): readonly { gained: number; images: number }[] {
  const groups = new Map<string, { gained: number; images: number }>();
  for (const { group, champion, challenger } of answers) {
    const known = groups.get(group) ?? { gained: 0, images: 0 };
    const gained = known.gained + Number(challenger) - Number(champion);
    groups.set(group, { gained, images: known.images + 1 });
  }
  return [...groups.values()];
}

function tests(
  answers: readonly PairedAnswer[],
  groups: readonly { gained: number; images: number }[],
  counts: PairedCounts,
  level: number,
): Pick<Judgement, "interval" | "pBetter" | "pWorse"> {
  const { images, onlyChallenger, onlyChampion } = counts;
  if (images === 0) return { interval: [-1, 1], pBetter: 1, pWorse: 1 };
  const z = normalQuantile(1 - level);
  if (groups.length === answers.length) {
    const changed = onlyChallenger + onlyChampion;
    return {
      interval: pairedDifference(counts, z),
      pBetter: binomialTail(onlyChallenger, changed),
      pWorse: binomialTail(onlyChampion, changed),
    };
  }
  const gains = groups.map(({ gained }) => gained);
  // Groups that all agree leave nothing to draw from: never surer than if every image were a witness of its own.
  const [low, high] = groupInterval(groups, level, randomStream(0, "proof-interval"));
  const [alone, aloneHigh] = pairedDifference(counts, z);
  return {
    interval: [Math.min(low, alone), Math.max(high, aloneHigh)],
    pBetter: signFlipTest(gains, randomStream(0, "proof-better")),
    pWorse: signFlipTest(
      gains.map((gained) => -gained),
      randomStream(0, "proof-worse"),
    ),
  };
}

export function share(answers: readonly PairedAnswer[], of: "champion" | "challenger"): number {
  return answers.length === 0 ? 0 : answers.filter((answer) => answer[of]).length / answers.length;
}

/** A comparison in words, like `91.0 % against 88.0 % on the same 100 images (…)`. */
export function figuresText(
  { images, champion, challenger, onlyChallenger, onlyChampion, interval }: Comparison,
  which = "the same",
): string {
  return (
    `${percent(challenger)} against ${percent(champion)} on ${which} ${images} images ` +
    `(${onlyChallenger} gained, ${onlyChampion} lost; difference ${points(interval[0])} to ${points(interval[1])} points)`
  );
}

export const points = (difference: number): string => (100 * difference).toFixed(1).replace("-", "−");
