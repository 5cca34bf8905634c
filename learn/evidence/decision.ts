/** The decision between fine-tuning, a new head only, and stopping: one table of rules, the first match wins. */
import type {
  Compatibility,
  Headroom,
  RecipeDecision,
  RecipeEvidence,
  RecipeSummary,
} from "../../spec/records/recipe.js";
import type { GateSpec } from "../../spec/runFile/gate.js";
import { DEFAULT_GATE } from "../../spec/runFile/identities.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import { wilsonInterval } from "../evaluation/metrics.js";
import { fewestToKeep, fewestToRight } from "./gate.js";

/** What the rules look at. */
export interface Situation {
  readonly evidence: RecipeEvidence;
  /** The run file's `recipe`. */
  readonly asked: RunFile["recipe"];
  /** Stages of unfreezing that the run file asks for. */
  readonly planned: number;
  /** Whether the base only gives features. */
  readonly isExtractor?: boolean;
  /** Why a retraining trains the head only (`spec/retraining/depth.ts`); absent where it may train more. */
  readonly headOnly?: string;
  /** What judges the stages; the default gate when left out. */
  readonly gate?: GateSpec | undefined;
}

interface Rule {
  readonly name: string;
  readonly when: (situation: Situation) => boolean;
  readonly choice: RecipeDecision["choice"];
  /** How many stages may run at most. */
  readonly most: number;
  readonly reason: (situation: Situation) => string;
  readonly help?: (situation: Situation) => string;
}

/**
 * Training images below which a depth is not tried, per class and in all. Provisional.
 * - 5 a class: the project's own minimum. A class with fewer has no or one validation image at the default shares,
 *   and the gate, which protects every stage, cannot see what a stage does to it.
 * - 60 in all for any stage, 100 for more than one: see "How deep on few images" in `bench/README.md`. At 50 tuning
 *   gained nothing on average, at 200 it did in every run; that a second stage needs more than the first is weakly shown.
 */
const FEWEST_A_CLASS = 5;
const FEWEST_FOR_TUNING = 60;
const FEWEST_FOR_DEPTH = 100;

/**
 * A probe that leaves at most this to gain, in its accuracy and in the lower end of its 95 % interval. The first is what issue 21
 * asks for; the second keeps few images from looking flawless by chance: without any error it takes 125 images.
 */
const FLAWLESS = 0.99;
const SURELY = 0.97;

const ALL = Number.POSITIVE_INFINITY;

const RULES: readonly Rule[] = [
  {
    name: "asked: extractor only",
    when: ({ asked }) => asked === "extractor-only",
    choice: "extractor-only",
    most: 0,
    reason: () => "the run file asks for the frozen base with a new head (recipe: extractor-only)",
  },
  {
    name: "asked: staged",
    // How deep a retraining trains is asked for in a place of its own.
    when: ({ asked, headOnly }) => asked === "staged" && headOnly === undefined,
    choice: "staged",
    most: ALL,
    reason: () => "the run file asks for every stage of unfreezing (recipe: staged)",
  },
  {
    name: "a base that stays frozen",
    // Labels that cannot be learned are said all the same, as of any other base.
    when: ({ isExtractor = false, evidence }) =>
      isExtractor && (evidence.smallestClass.images < FEWEST_A_CLASS || beatsMajority(evidence)),
    choice: "extractor-only",
    most: 0,
    reason: () =>
      "no fine-tuning: the base is a layers model, which gives features and has no layers that thaw can train",
  },
  {
    name: "a class with too few images",
    when: ({ evidence }) => evidence.smallestClass.images < FEWEST_A_CLASS,
    choice: "extractor-only",
    most: 0,
    reason: ({ evidence: { smallestClass } }) =>
      `no fine-tuning: class ${smallestClass.name} has ${images(smallestClass.images)} to train on, fewer than ${FEWEST_A_CLASS}`,
    help: ({ evidence: { smallestClass } }) =>
      `add at least ${images(FEWEST_A_CLASS - smallestClass.images)} of ${smallestClass.name}, better dozens, or merge it with another class`,
  },
  {
    name: "labels that cannot be learned",
    when: ({ evidence }) => !beatsMajority(evidence),
    choice: "unlearnable",
    most: 0,
    reason: ({ evidence }) =>
      `the labels cannot be told from the images: a linear probe is right on ${share(evidence.probe.accuracy)} ` +
      `(95 %: ${interval(evidence)}), always naming the largest class on ${share(evidence.majority)}`,
    help: () =>
      "look whether labels were mixed up and whether the classes can be told apart by eye; more images narrow the interval; `recipe: extractor-only` trains all the same",
  },
  {
    name: "a retraining of the head",
    when: ({ headOnly }) => headOnly !== undefined,
    choice: "extractor-only",
    most: 0,
    reason: ({ headOnly }) => `no fine-tuning, this retraining trains the head only: ${headOnly}`,
  },
  {
    name: "copies across the splits",
    when: ({ evidence }) => (evidence.leaks ?? 0) > 0,
    choice: "extractor-only",
    most: 0,
    reason: ({ evidence: { leaks = 0 } }) =>
      `no fine-tuning: ${leaks} ${leaks === 1 ? "picture is" : "pictures are"} in more than one split and stayed there ` +
      "(data.leaks: report), so what is trained on would judge what fine-tuning did",
    help: () =>
      "set data.leaks to repair, or give all copies of a picture one split; `recipe: staged` tunes all the same",
  },
  {
    name: "too few images to fine-tune",
    when: ({ evidence }) => evidence.trainImages < FEWEST_FOR_TUNING,
    choice: "extractor-only",
    most: 0,
    reason: ({ evidence }) =>
      `no fine-tuning: ${images(evidence.trainImages)} to train on are fewer than ${FEWEST_FOR_TUNING}, and a network of millions of weights would learn them by heart`,
    help: ({ evidence }) => `add about ${images(FEWEST_FOR_TUNING - evidence.trainImages)} or more`,
  },
  {
    name: "too few images to judge a stage by",
    when: ({ evidence: { headroom }, planned, gate = DEFAULT_GATE }) =>
      planned > 0 && headroom !== undefined && headroom.groups < fewestToKeep(gate),
    choice: "extractor-only",
    most: 0,
    reason: ({ evidence: { headroom }, gate = DEFAULT_GATE }) =>
      `no fine-tuning: ${witnesses(headroom)} cannot show that a stage helps, whatever it does; the gate needs ${fewestToKeep(gate)} at its level`,
    help: () =>
      "give a larger share of the images to data.validation; `recipe: staged` tunes all the same, and `unfreeze.gate: {rule: always}` keeps it",
  },
  {
    name: "a head without error",
    when: ({ evidence: { headroom, probe }, planned, gate = DEFAULT_GATE }) =>
      planned > 0 &&
      headroom !== undefined &&
      probe.accuracy >= FLAWLESS &&
      probe.interval[0] >= SURELY &&
      headroom.wrong < fewestToRight(gate),
    choice: "extractor-only",
    most: 0,
    reason: ({ evidence, gate = DEFAULT_GATE }) =>
      `no fine-tuning, next to nothing is left to gain: the probe is right on ${share(evidence.probe.accuracy)} ` +
      `(95 %: ${interval(evidence)}); of ${witnesses(evidence.headroom)} it gets ${wrong(evidence.headroom)} wrong, ` +
      `and a stage would have to right ${fewestToRight(gate)} to be shown more accurate`,
    help: () => "`recipe: staged` tunes all the same",
  },
  {
    name: "few images: one stage",
    when: ({ evidence, planned }) => evidence.trainImages < FEWEST_FOR_DEPTH && planned > 1,
    choice: "staged",
    most: 1,
    reason: ({ evidence }) =>
      `only the first stage of unfreezing: ${images(evidence.trainImages)} to train on are fewer than ${FEWEST_FOR_DEPTH}`,
    help: ({ evidence }) =>
      `about ${images(FEWEST_FOR_DEPTH - evidence.trainImages)} more would allow every stage`,
  },
  {
    name: "enough images",
    when: () => true,
    choice: "staged",
    most: ALL,
    reason: ({ evidence }) =>
      `the probe is right on ${share(evidence.probe.accuracy)} (95 %: ${interval(evidence)}), the largest class alone ` +
      `on ${share(evidence.majority)}, and ${images(evidence.trainImages)} allow every stage`,
  },
];

/** The first rule that matches. How far the domain is never refuses anything by itself. */
export function decide(situation: Situation): RecipeDecision {
  const rule = RULES.find(({ when }) => when(situation)) as Rule;
  const help = rule.help?.(situation);
  const stages = Math.min(rule.most, situation.planned);
  return {
    choice: rule.choice === "staged" && stages === 0 ? "extractor-only" : rule.choice,
    stages,
    planned: situation.planned,
    rule: rule.name,
    reason: rule.reason(situation),
    ...(help === undefined ? {} : { help }),
  };
}

/** What of the evidence the dataset tells, before anything is computed of its images. */
export type DatasetEvidence = Pick<RecipeEvidence, "trainImages" | "smallestClass" | "classes" | "leaks"> & {
  readonly headroom: Omit<Headroom, "wrong">;
};

/** What the rules read of the probe besides. */
export type ProbeEvidence = Pick<RecipeEvidence, "probe" | "majority" | "images"> & {
  readonly headroom: Headroom;
};

type Foreseen<Evidence> = Omit<Situation, "evidence"> & { readonly evidence: Evidence };

const CERTAIN = { accuracy: 1, interval: [1, 1], balancedAccuracy: 1 } as const;
/** Everything is known to be right, and to the gate that all may be gained. */
const HOPEFUL = { probe: CERTAIN, majority: 0, images: 1e6, wrong: Number.POSITIVE_INFINITY };
/** What else the probe may come to, for those rules that leave stages out by it: nothing is left to gain, nothing is learned. */
const OTHERWISE = [
  { ...HOPEFUL, wrong: 0 },
  { ...HOPEFUL, probe: { accuracy: 0, interval: [0, 0], balancedAccuracy: 0 }, majority: 1 },
] as const;

/**
 * How many stages of unfreezing may run at most, whatever the base's features turn out to be: they can only leave more out.
 * Nothing need be prepared for others.
 */
export function mostStages(situation: Foreseen<DatasetEvidence>): number {
  return stagesIf(situation, HOPEFUL);
}

/** Whether it depends on the probe how many stages run. */
export function dependsOnProbe(situation: Foreseen<DatasetEvidence>): boolean {
  return OTHERWISE.some((probed) => stagesIf(situation, probed) !== mostStages(situation));
}

/** How many stages of unfreezing the recipe will let run, before anything but the probe is measured of the features. */
export function stagesByProbe({ evidence, ...situation }: Foreseen<DatasetEvidence & ProbeEvidence>): number {
  // What no rule looks at.
  const rest = { colours: CERTAIN, neighbours: 1, logMe: 0, hScore: 0, folds: 1 };
  return decide({ ...situation, evidence: { ...rest, ...evidence } }).stages;
}

function stagesIf(
  { evidence, ...situation }: Foreseen<DatasetEvidence>,
  { wrong, ...probed }: Omit<ProbeEvidence, "headroom"> & Pick<Headroom, "wrong">,
): number {
  const headroom = { ...evidence.headroom, wrong };
  return stagesByProbe({ ...situation, evidence: { ...evidence, ...probed, headroom } });
}

/**
 * The interval lies above the largest class' share. With very unequal classes a useful classifier may not be more
 * often right than that; then the mean recall, with an interval of the same width, has to be above chance. The interval
 * takes each image for a witness, while the one that is told takes groups: a run is refused only where not even so
 * anything speaks against guessing, and few groups are no reason.
 */
export function beatsMajority({ probe, majority, classes, images }: RecipeEvidence): boolean {
  const [low] = wilsonInterval(probe.accuracy * images, images);
  const below = probe.accuracy - low;
  return low > majority || probe.balancedAccuracy - below > 1 / classes;
}

/**
 * Verdict on the base's features, provisional: the share of the errors of the better trivial predictor (largest
 * class, mean colours) that the probe avoids. Measured with EfficientNet-Lite0: photographs of trees 1.0, sign
 * digits 0.63, brain MRI 0.53, shuffled labels below 0. The borders are set between these by hand.
 */
const VERDICTS: readonly { readonly from: number; readonly verdict: Compatibility; readonly says: string }[] =
  [
    { from: 0.6, verdict: "suits", says: "the base's features suit these images" },
    { from: 0.2, verdict: "suits partly", says: "the base's features suit these images partly" },
    {
      from: Number.NEGATIVE_INFINITY,
      verdict: "does not suit",
      says: "the base's features do not suit these images, and a base pretrained on similar ones may do better",
    },
  ];

export function compatibility(evidence: RecipeEvidence): RecipeSummary["compatibility"] {
  const { probe, colours, majority, known = 0 } = evidence;
  const trivial = Math.max(colours.accuracy, majority);
  const left = 1 - trivial;
  // Where mean colours tell everything, features that do as well suit.
  const avoided = left === 0 ? probe.accuracy : (probe.accuracy - trivial) / left;
  const { verdict, says } = VERDICTS.find(({ from }) => avoided >= from) as (typeof VERDICTS)[number];
  const rival = colours.accuracy > majority ? "8 × 8 mean colours" : "the largest class alone";
  const points = 100 * (probe.accuracy - trivial);
  const tell = points > 0 ? `they tell ${points.toFixed(1)} points more than` : "they tell no more than";
  const flattered =
    known === 0
      ? ""
      : `; the base was tuned with ${images(known)} of these, so that is more than new ones would show`;
  return { verdict, sentence: `${says}: ${tell} ${rival}${flattered}` };
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const interval = ({ probe }: RecipeEvidence): string =>
  `${share(probe.interval[0])} – ${share(probe.interval[1])}`;
const images = (count: number): string => `${count} ${count === 1 ? "image" : "images"}`;

/** E.g. `120 validation images in 12 groups`. */
function witnesses({ images: count, groups }: Headroom = { images: 0, groups: 0, wrong: 0 }): string {
  const many = `${count} validation ${count === 1 ? "image" : "images"}`;
  return groups === count ? many : `${many} in ${groups} ${groups === 1 ? "group" : "groups"}`;
}

/** E.g. `none`, `1`, or of a part of the images `about 1.5`. */
function wrong({ wrong: count }: Headroom = { images: 0, groups: 0, wrong: 0 }): string {
  if (count === 0) return "none";
  return Number.isInteger(count) ? String(count) : `about ${count.toFixed(1)}`;
}
