/** The table of rules that decides on the recipe. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wilsonInterval } from "../../../../learn/evaluation/metrics.js";
import {
  beatsMajority,
  compatibility,
  decide,
  dependsOnProbe,
  mostStages,
  stagesByProbe,
} from "../../../../learn/evidence/decision.js";
import type { ProbeResult, RecipeDecision, RecipeEvidence } from "../../../../spec/records/recipe.js";
import type { GateSpec } from "../../../../spec/runFile/gate.js";

const result = (accuracy: number, images: number, balancedAccuracy = accuracy): ProbeResult => ({
  accuracy,
  interval: wilsonInterval(Math.round(accuracy * images), images),
  balancedAccuracy,
});

/** As measured on 1,444 training images of ten sign-language digits. */
const DIGITS: RecipeEvidence = {
  images: 826,
  trainImages: 1444,
  smallestClass: { name: "9", images: 143 },
  classes: 10,
  folds: 5,
  majority: 0.102,
  probe: result(0.912, 826),
  colours: result(0.76, 826),
  neighbours: 0.824,
  logMe: 0.316,
  hScore: 8.24,
};
const TREES: RecipeEvidence = {
  ...DIGITS,
  images: 16,
  trainImages: 14,
  smallestClass: { name: "Hemlock", images: 7 },
  classes: 2,
  majority: 0.5,
  probe: result(1, 16),
  colours: result(0.875, 16),
};
const BRAINS: RecipeEvidence = {
  ...TREES,
  images: 203,
  trainImages: 178,
  smallestClass: { name: "no", images: 69 },
  majority: 0.611,
  probe: result(0.862, 203, 0.848),
  colours: result(0.709, 203, 0.698),
};
const SHUFFLED: RecipeEvidence = { ...DIGITS, images: 168, majority: 0.113, probe: result(0.083, 168) };
/** Leaves of flowers, say, that a linear classifier tells apart. */
const FLAWLESS: RecipeEvidence = {
  ...DIGITS,
  probe: result(0.996, 826),
  headroom: { images: 120, groups: 120, wrong: 1 },
};
const TINY = { name: "rare", images: 4 };

const CASES: readonly {
  what: string;
  evidence: RecipeEvidence;
  asked?: "extractor-only" | "staged";
  gate?: GateSpec;
  planned?: number;
  isExtractor?: boolean;
  expected: Pick<RecipeDecision, "choice" | "stages">;
  says: RegExp;
}[] = [
  {
    what: "many images that the probe can tell apart",
    evidence: DIGITS,
    expected: { choice: "staged", stages: 2 },
    says: /91\.2 %.*1444 images allow every stage/,
  },
  {
    what: "twenty photographs of two trees",
    evidence: TREES,
    expected: { choice: "extractor-only", stages: 0 },
    says: /no fine-tuning: 14 images/,
  },
  {
    what: "brain MRI",
    evidence: BRAINS,
    expected: { choice: "staged", stages: 2 },
    says: /86\.2 %.*178 images allow every stage/,
  },
  {
    what: "few, but not very few images",
    evidence: { ...BRAINS, trainImages: 80 },
    expected: { choice: "staged", stages: 1 },
    says: /only the first stage.*80 images.*fewer than 100/,
  },
  {
    what: "shuffled labels",
    evidence: SHUFFLED,
    expected: { choice: "unlearnable", stages: 0 },
    says: /cannot be told/,
  },
  {
    what: "a class of four training images, whatever the probe says",
    evidence: { ...SHUFFLED, smallestClass: TINY },
    expected: { choice: "extractor-only", stages: 0 },
    says: /class rare has 4 images.*fewer than 5/,
  },
  {
    what: "copies that a manifest's splits tear apart and nobody repaired",
    evidence: { ...DIGITS, leaks: 3 },
    expected: { choice: "extractor-only", stages: 0 },
    says: /no fine-tuning: 3 pictures are in more than one split.*data\.leaks: report/,
  },
  {
    what: "such copies and shuffled labels",
    evidence: { ...SHUFFLED, leaks: 1 },
    expected: { choice: "unlearnable", stages: 0 },
    says: /cannot be told/,
  },
  {
    what: "such copies, and a person who wants every stage",
    evidence: { ...DIGITS, leaks: 3 },
    asked: "staged",
    expected: { choice: "staged", stages: 2 },
    says: /run file asks/,
  },
  {
    what: "shuffled labels, and a person who wants the head",
    evidence: SHUFFLED,
    asked: "extractor-only",
    expected: { choice: "extractor-only", stages: 0 },
    says: /run file asks/,
  },
  {
    what: "two trees, and a person who wants every stage",
    evidence: TREES,
    asked: "staged",
    expected: { choice: "staged", stages: 2 },
    says: /run file asks/,
  },
  {
    what: "no stages in the run file",
    evidence: DIGITS,
    planned: 0,
    expected: { choice: "extractor-only", stages: 0 },
    says: /./,
  },
  {
    what: "a base that only gives features",
    evidence: DIGITS,
    planned: 0,
    isExtractor: true,
    expected: { choice: "extractor-only", stages: 0 },
    says: /no fine-tuning: the base is a layers model/,
  },
  {
    what: "such a base and a class of four training images",
    evidence: { ...SHUFFLED, smallestClass: TINY },
    planned: 0,
    isExtractor: true,
    expected: { choice: "extractor-only", stages: 0 },
    says: /the base is a layers model/,
  },
  {
    what: "such a base and shuffled labels",
    evidence: SHUFFLED,
    planned: 0,
    isExtractor: true,
    expected: { choice: "unlearnable", stages: 0 },
    says: /cannot be told/,
  },
  {
    what: "a probe no better than mean colours, but better than the largest class",
    evidence: { ...DIGITS, probe: DIGITS.colours },
    expected: { choice: "staged", stages: 2 },
    says: /76\.0 %/,
  },
  {
    what: "a probe that gets next to nothing wrong",
    evidence: FLAWLESS,
    expected: { choice: "extractor-only", stages: 0 },
    says: /next to nothing is left to gain: the probe is right on 99\.6 % \(95 %: 98\.9 % – 99\.9 %\); of 120 validation images it gets 1 wrong, and a stage would have to right 5/,
  },
  {
    what: "the same, of patients with several images each",
    evidence: { ...FLAWLESS, headroom: { images: 120, groups: 12, wrong: 0 } },
    expected: { choice: "extractor-only", stages: 0 },
    says: /of 120 validation images in 12 groups it gets none wrong/,
  },
  {
    what: "the same of a large set, of which a part was probed",
    evidence: { ...FLAWLESS, headroom: { images: 900, groups: 900, wrong: 4.5 } },
    expected: { choice: "extractor-only", stages: 0 },
    says: /it gets about 4\.5 wrong/,
  },
  {
    what: "the same, and a person who wants every stage",
    evidence: FLAWLESS,
    asked: "staged",
    expected: { choice: "staged", stages: 2 },
    says: /run file asks/,
  },
  {
    what: "a probe with few errors in a hundred, of which the validation images have as many as a stage could show",
    evidence: { ...FLAWLESS, headroom: { images: 900, groups: 900, wrong: 5 } },
    expected: { choice: "staged", stages: 2 },
    says: /allow every stage/,
  },
  {
    what: "four errors, and a gate that takes four for a proof",
    evidence: { ...FLAWLESS, headroom: { images: 120, groups: 120, wrong: 4 } },
    gate: { rule: "accuracy", level: 0.1 },
    expected: { choice: "staged", stages: 2 },
    says: /allow every stage/,
  },
  {
    what: "nothing to gain, but a gate that keeps whatever comes",
    evidence: { ...FLAWLESS, headroom: { images: 3, groups: 3, wrong: 0 } },
    gate: { rule: "always", level: 0.1 },
    expected: { choice: "staged", stages: 2 },
    says: /allow every stage/,
  },
  {
    what: "a probe that errs one time in a hundred and more",
    evidence: { ...FLAWLESS, probe: result(0.989, 826) },
    expected: { choice: "staged", stages: 2 },
    says: /98\.9 %/,
  },
  {
    what: "a probe without error on so few images that three in a hundred may be missed",
    evidence: {
      ...FLAWLESS,
      images: 120,
      probe: result(1, 120),
      headroom: { images: 14, groups: 14, wrong: 0 },
    },
    expected: { choice: "staged", stages: 2 },
    says: /100\.0 %/,
  },
  {
    what: "evidence from before it was looked at what is left to gain",
    evidence: { ...DIGITS, probe: result(1, 826) },
    expected: { choice: "staged", stages: 2 },
    says: /100\.0 %/,
  },
  {
    what: "three groups of validation images, which can prove nothing",
    evidence: { ...DIGITS, headroom: { images: 60, groups: 3, wrong: 3 } },
    expected: { choice: "extractor-only", stages: 0 },
    says: /60 validation images in 3 groups cannot show that a stage helps, whatever it does; the gate needs 4/,
  },
  {
    what: "four of them",
    evidence: { ...DIGITS, headroom: { images: 60, groups: 4, wrong: 3 } },
    expected: { choice: "staged", stages: 2 },
    says: /allow every stage/,
  },
  {
    what: "five of them, and a gate at a hundredth",
    evidence: { ...DIGITS, headroom: { images: 5, groups: 5, wrong: 3 } },
    gate: { rule: "accuracy", level: 0.01 },
    expected: { choice: "extractor-only", stages: 0 },
    says: /5 validation images cannot show.*needs 7/,
  },
];

for (const {
  what,
  evidence,
  asked = "auto",
  planned = 2,
  isExtractor = false,
  gate,
  expected,
  says,
} of CASES) {
  test(`${what}: ${expected.choice}, ${expected.stages} stages`, () => {
    const decision = decide({ evidence, asked, planned, isExtractor, gate });
    const { choice, stages } = decision;
    assert.deepEqual({ choice, stages }, expected);
    assert.match(decision.reason, says);
    // What is held back comes with what would help, unless a person held it back.
    const heldBack = stages < planned && asked === "auto";
    assert.equal(decision.help !== undefined, heldBack || choice === "unlearnable");
  });
}

/** Beside `evidence`, what no dataset tells, from the best to the worst. */
const FEATURES: readonly Partial<RecipeEvidence>[] = [
  { probe: result(0.95, 826) },
  { probe: result(1, 826) },
  { probe: result(0.1, 826) },
];

for (const { what, evidence, asked = "auto", planned = 2, isExtractor = false, gate } of CASES) {
  test(`${what}: as many stages are prepared as some features would allow, before there are any`, () => {
    const headroom = evidence.headroom ?? { images: 120, groups: 120, wrong: 9 };
    const allowed = FEATURES.map((measured) =>
      decide({
        evidence: { ...evidence, ...measured, headroom: { ...headroom, wrong: 9 } },
        asked,
        planned,
        isExtractor,
        gate,
      }),
    ).map(({ stages }) => stages);
    const { trainImages, smallestClass, classes, leaks } = evidence;
    const known = {
      trainImages,
      smallestClass,
      classes,
      headroom,
      ...(leaks === undefined ? {} : { leaks }),
    };
    const situation = { asked, planned, isExtractor, gate } as const;
    assert.equal(mostStages({ ...situation, evidence: known }), Math.max(...allowed));
    // The probe alone decides as all of the evidence does, and where it is not asked for it would have changed nothing.
    for (const wrong of [0, 9]) {
      for (const measured of FEATURES) {
        const all = { ...evidence, ...measured, headroom: { ...headroom, wrong } };
        const { stages } = decide({ ...situation, evidence: all });
        const { probe, majority, images, headroom: own } = all;
        const probed = { ...known, probe, majority, images, headroom: own };
        assert.equal(stagesByProbe({ ...situation, evidence: probed }), stages);
        const asks = dependsOnProbe({ ...situation, evidence: known });
        if (!asks) assert.equal(stages, mostStages({ ...situation, evidence: known }));
      }
    }
  });
}

test("very unequal classes: the mean recall counts where accuracy cannot rise", () => {
  const rare = { ...DIGITS, classes: 2, majority: 0.95, images: 1000 };
  assert.equal(beatsMajority({ ...rare, probe: result(0.955, 1000, 0.8) }), true);
  assert.equal(beatsMajority({ ...rare, probe: result(0.95, 1000, 0.5) }), false);
});

test("the verdict compares the features with the better of the trivial predictors", () => {
  assert.equal(compatibility(TREES).verdict, "suits");
  assert.match(compatibility(DIGITS).sentence, /15\.2 points more than 8 × 8 mean colours/);
  assert.equal(compatibility(BRAINS).verdict, "suits partly");
  assert.equal(compatibility({ ...DIGITS, probe: DIGITS.colours }).verdict, "does not suit");
  assert.match(compatibility(SHUFFLED).sentence, /no more than/);
  assert.match(
    compatibility({ ...DIGITS, known: 40 }).sentence,
    /the base was tuned with 40 images of these/,
  );
  assert.match(compatibility({ ...TREES, majority: 0.9 }).sentence, /the largest class alone/);
  assert.equal(compatibility({ ...TREES, colours: result(1, 16) }).verdict, "suits");
});

test("few groups make the probe's interval wide, which is no reason to call labels unlearnable", () => {
  const fewGroups: RecipeEvidence = {
    ...BRAINS,
    probe: { accuracy: 0.862, balancedAccuracy: 0.848, interval: [0.4, 0.98] },
  };
  assert.equal(beatsMajority(fewGroups), true);
  assert.notEqual(decide({ evidence: fewGroups, asked: "auto", planned: 2 }).choice, "unlearnable");
});

test("a retraining of the head tunes nothing, says why, and refuses labels that cannot be learned as any run does", () => {
  const headOnly = "100 of 1000 images are new";
  for (const asked of ["auto", "staged"] as const) {
    const decision = decide({ evidence: DIGITS, asked, planned: 3, headOnly });
    assert.deepEqual([decision.choice, decision.stages], ["extractor-only", 0]);
    assert.equal(decision.rule, "a retraining of the head");
    assert.match(decision.reason, /this retraining trains the head only: 100 of 1000 images are new$/);
    const guessing = { ...DIGITS, probe: result(0.1, 826) };
    assert.equal(decide({ evidence: guessing, asked, planned: 3, headOnly }).choice, "unlearnable");
  }
  assert.equal(decide({ evidence: DIGITS, asked: "staged", planned: 3 }).stages, 3);
});
