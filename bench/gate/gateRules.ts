/**
 * What rules for the gate would have made of the same trained stages, whose held-out images say what they were really
 * worth: gain over the head, harm that was kept, gain that was missed. Then the same rules on validation images drawn
 * from the held-out ones, which no early stopping has seen, by their number.
 *   node dist/bench/gate/gateRules.js FILE…   (lines of `stageOutcomes.js`)
 */
import { binomialTail, changedImages } from "../../learn/evidence/mcnemar.js";
import { signFlipTest } from "../../learn/evidence/signFlip.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { mean } from "../support.js";
import { bothStages, PATHS, worthCell } from "./behindGate.js";
import {
  columnsOf,
  DEFAULTS,
  type Judged,
  judge,
  judgeHeldOut,
  type Logits,
  type Node,
  optionOf,
  readOutcomes,
  STARTS,
  type Stage,
  type StageOutcomes,
  setOf,
  tableHead,
} from "./outcomes.js";

function imagesFrom({ labels, logits }: Logits, images: readonly number[]): Logits {
  const classes = logits.length / labels.length;
  return {
    labels: images.map((image) => labels[image] as number),
    logits: images.flatMap((image) => logits.slice(image * classes, (image + 1) * classes)),
  };
}

/** What the rules read: the mean fall of the loss, and one-sided probabilities of chance. */
interface Evidence {
  /** Validation images, and the share of them that the network before gets wrong: what is there to gain. */
  readonly images: number;
  readonly headroom: number;
  readonly fall: number;
  readonly accuracyRose: number;
  readonly accuracyFell: number;
  readonly losses: number;
  /** Wilcoxon's signed-rank test. */
  readonly ranks: number;
  /** Of losses that count 1 nat at most. */
  readonly clipped: number;
  /** Of the calibrated losses. */
  readonly calibrated: number;
}
type Test = "losses" | "ranks" | "clipped" | "calibrated";
type Rule = (evidence: Evidence) => boolean;

/** Sign flips of signed ranks are Wilcoxon's test. */
function signedRanks(values: readonly number[]): number[] {
  const sizes = values.map(Math.abs).sort((a, b) => a - b);
  const rank = (size: number): number => (sizes.indexOf(size) + sizes.lastIndexOf(size)) / 2 + 1;
  return values.map((value) => Math.sign(value) * rank(Math.abs(value)));
}

const chance = (values: readonly number[]): number => signFlipTest(values, randomStream(1, "gate"));

function evidenceOf(before: Judged, after: Judged): Evidence {
  const { better, worse } = changedImages(before.correct, after.correct);
  const fell = before.losses.map((loss, image) => loss - (after.losses[image] ?? Number.NaN));
  return {
    images: fell.length,
    headroom: 1 - mean(before.correct.map(Number)),
    fall: mean(fell),
    accuracyRose: binomialTail(better, better + worse),
    accuracyFell: binomialTail(worse, better + worse),
    losses: chance(fell),
    ranks: chance(signedRanks(fell)),
    clipped: chance(fell.map((value) => Math.max(-1, Math.min(1, value)))),
    calibrated: chance(
      before.calibrated.map((loss, image) => loss - (after.calibrated[image] ?? Number.NaN)),
    ),
  };
}

const ACCURACY_LEVEL = 0.05;
/** Kept by a test of the losses unless accuracy fell significantly, or because it rose significantly. */
const tested =
  (test: Test, level: number): Rule =>
  (evidence) =>
    evidence.accuracyRose < ACCURACY_LEVEL ||
    (evidence.accuracyFell >= ACCURACY_LEVEL && evidence[test] < level);

/** The calibrated losses at a level that depends on what the evidence is. */
const levelBy =
  (level: (evidence: Evidence) => number): Rule =>
  (evidence) =>
    tested("calibrated", level(evidence))(evidence);

const levels = (name: string, test: Test, ...of: number[]) =>
  of.map((level) => [`${name}, ${level}`, tested(test, level)] as const);
const RULES: readonly (readonly [string, Rule])[] = [
  ["never kept: the head alone", () => false],
  ["always kept", () => true],
  [
    "loss fell (the gate before)",
    ({ fall, accuracyRose, accuracyFell }) =>
      accuracyRose < ACCURACY_LEVEL || (fall > 0 && accuracyFell >= ACCURACY_LEVEL),
  ],
  ["McNemar alone, 0.05", ({ accuracyRose }) => accuracyRose < ACCURACY_LEVEL],
  ...levels("sign flips", "losses", 0.2, 0.1, 0.05, 0.01),
  ...levels("signed ranks", "ranks", 0.1, 0.05),
  ...levels("clipped at 1 nat", "clipped", 0.1, 0.05),
  ...levels("calibrated losses", "calibrated", 0.3, 0.2, 0.1, 0.05, 0.01),
  [
    "calibrated, 0.3 below 20 images, 0.2 below 50, else 0.1",
    levelBy(({ images }) => (images < 20 ? 0.3 : images < 50 ? 0.2 : 0.1)),
  ],
  ["calibrated, 0.2 below 50 images, else 0.05", levelBy(({ images }) => (images < 50 ? 0.2 : 0.05))],
  ["calibrated, 0.05 below 50 images, else 0.2", levelBy(({ images }) => (images < 50 ? 0.05 : 0.2))],
  [
    "calibrated, 0.2 where over a tenth is wrong, else 0.05",
    levelBy(({ headroom }) => (headroom > 0.1 ? 0.2 : 0.05)),
  ],
  [
    "calibrated, 0.3 where over a tenth is wrong, else 0.05",
    levelBy(({ headroom }) => (headroom > 0.1 ? 0.3 : 0.05)),
  ],
  [
    "calibrated, the share that is wrong, 0.05 to 0.3",
    levelBy(({ headroom }) => Math.min(0.3, Math.max(0.05, headroom))),
  ],
];

// Stages with other settings are for `unfreezeOptions.js`.
const all = (await readOutcomes(process.argv.slice(2))).filter((run) => optionOf(run) === DEFAULTS);
const heldOut = new Map<StageOutcomes, Readonly<Record<Node, Judged>>>();
for (const run of all) {
  const of = (node: Node): Judged => judgeHeldOut(run.nodes[node]);
  heldOut.set(run, { head: of("head"), first: of("first"), both: of("both"), second: of("second") });
}
const heldOutOf = (run: StageOutcomes, node: Node): Judged =>
  (heldOut.get(run) as Readonly<Record<Node, Judged>>)[node];
const accuracy = (run: StageOutcomes, node: Node): number =>
  100 * mean(heldOutOf(run, node).correct.map(Number));
const loss = (run: StageOutcomes, node: Node): number => mean(heldOutOf(run, node).calibrated);

const STAGES = Object.keys(STARTS) as Stage[];

interface Outcome {
  readonly gain: number;
  readonly lossFall: number;
  readonly harm: number;
  readonly missed: number;
  /** Of the two stages. */
  readonly kept: number;
}

/** Two stages behind the gate: each starts from what was handed on. */
function follow(outcomes: StageOutcomes, keeps: (stage: Stage) => boolean): Outcome {
  let harm = 0;
  let missed = 0;
  let count = 0;
  const handedOn = (stage: Stage): Node => {
    const gain = accuracy(outcomes, stage) - accuracy(outcomes, STARTS[stage]);
    const kept = keeps(stage);
    if (kept) count += 1;
    if (kept) harm += Math.max(0, -gain);
    else missed += Math.max(0, gain);
    return kept ? stage : STARTS[stage];
  };
  const last = handedOn(handedOn("first") === "first" ? "both" : "second");
  const gain = accuracy(outcomes, last) - accuracy(outcomes, "head");
  return { gain, lossFall: loss(outcomes, "head") - loss(outcomes, last), harm, missed, kept: count / 2 };
}

const { names, columns } = columnsOf(all);
const onValidation = new Map<StageOutcomes, Readonly<Record<Stage, Evidence>>>();
for (const run of all) {
  const of = (stage: Stage): Evidence =>
    evidenceOf(judge(run.nodes[STARTS[stage]].validation), judge(run.nodes[stage].validation));
  onValidation.set(run, { first: of("first"), both: of("both"), second: of("second") });
}
const evidence = (run: StageOutcomes, stage: Stage): Evidence =>
  (onValidation.get(run) as Readonly<Record<Stage, Evidence>>)[stage];

console.log(
  "gain over the head / harm kept / gain missed, points a run; fall of the calibrated held-out loss, nats (stages kept)",
);
console.log(tableHead(["rule", ...names]));
for (const [name, rule] of RULES) {
  const cells = columns.map((runs) => {
    const outcomes = runs.map((run) => follow(run, (stage) => rule(evidence(run, stage))));
    const of = (key: keyof Outcome): number => mean(outcomes.map((outcome) => outcome[key]));
    return `${of("gain").toFixed(1)} / ${of("harm").toFixed(1)} / ${of("missed").toFixed(1)}; ${of("lossFall").toFixed(2)} (${(100 * of("kept")).toFixed(0)} %)`;
  });
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}

console.log("\nthe gate as it is, by what the second stage starts from where the first was not kept");
console.log("(accuracy in per cent / calibrated loss in nats, held out; stages kept)");
console.log(tableHead(["start", ...names]));
for (const path of Object.keys(PATHS) as (keyof typeof PATHS)[]) {
  const cells = columns.map((runs) => {
    const worths = runs.map((run) => bothStages(run, (stage) => run.nodes[stage], true, path));
    return `${worthCell(worths)} (${(100 * mean(worths.map(({ kept }) => kept))).toFixed(0)} %)`;
  });
  console.log(`| ${path} | ${cells.join(" | ")} |`);
}

console.log(
  "\nstages: points on the held-out images; validation: fall of the loss, p by losses, ranks, clipped, calibrated",
);
for (const run of all) {
  for (const stage of STAGES) {
    const gain = accuracy(run, stage) - accuracy(run, STARTS[stage]);
    const { fall, losses, ranks, clipped, calibrated } = evidence(run, stage);
    const ps = [losses, ranks, clipped, calibrated].map((p) => p.toFixed(4)).join(" ");
    const heldOutFall = loss(run, STARTS[stage]) - loss(run, stage);
    console.log(
      `${setOf(run)}, ${run.seed}, ${STARTS[stage]} → ${stage}: ${gain.toFixed(1)} points, ${heldOutFall.toFixed(3)} nats; ${fall.toFixed(3)} nats, ${ps}`,
    );
  }
}

/** Validation images drawn anew from the held-out ones. */
const SIZES = [10, 25, 50, 100, 200];
const REPEATS = 20;

/** The stages of these runs as so many fresh validation images show them; what they gain is read on the others. */
function onFresh(runs: readonly StageOutcomes[], size: number) {
  return runs.flatMap((run, at) =>
    STAGES.flatMap((stage) => {
      const [before, after] = [run.nodes[STARTS[stage]].heldOut, run.nodes[stage].heldOut];
      return Array.from({ length: REPEATS }, (_, repeat) => {
        const stream = randomStream(repeat, "fresh validation", at);
        const order = Array.from(permutation(before.labels.length, stream));
        const [drawn, others] = [order.slice(0, size), order.slice(size)];
        const right = (node: Node): number =>
          100 * mean(others.map((image) => Number(heldOutOf(run, node).correct[image])));
        return {
          gain: right(stage) - right(STARTS[stage]),
          evidence: evidenceOf(judge(imagesFrom(before, drawn)), judge(imagesFrom(after, drawn))),
        };
      });
    }),
  );
}

console.log(
  "\nfresh validation images, by their number: points gained / harm kept / gain missed a stage (share kept)",
);
for (const set of new Set(all.map((run) => run.set))) {
  const runs = all.filter((run) => run.set === set);
  // At most half of the held-out images, so that draws and what is left differ.
  const most = Math.min(...runs.map((run) => run.nodes.head.heldOut.labels.length)) / 2;
  const sizes = SIZES.filter((size) => size <= most);
  console.log(tableHead([set, ...sizes.map(String)]));
  const drawn = sizes.map((size) => onFresh(runs, size));
  for (const [name, rule] of RULES) {
    const cells = drawn.map((stages) => {
      const kept = stages.map((stage) => rule(stage.evidence));
      const sum = (value: (gain: number, kept: boolean) => number): string =>
        mean(stages.map(({ gain }, i) => value(gain, kept[i] as boolean))).toFixed(1);
      const gained = sum((gain, keep) => (keep ? gain : 0));
      const harm = sum((gain, keep) => (keep ? Math.max(0, -gain) : 0));
      const missed = sum((gain, keep) => (keep ? 0 : Math.max(0, gain)));
      return `${gained} / ${harm} / ${missed} (${(100 * mean(kept.map(Number))).toFixed(0)} %)`;
    });
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
