/** Holds two runs or models against each other: their figures, and both on the images that neither has seen. */
import { disjointSets } from "../../data/splits/groups.js";
import { pairedTest } from "../../learn/proof/pairedTest.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import { ThawError } from "../../spec/errors.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { Evaluation } from "../../spec/records/evaluation.js";
import type { FoldsInBrief } from "../../spec/records/folds.js";
import type { Warning } from "../../spec/warnings/warning.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { readEvaluated } from "../../store/records/evaluated.js";
import { resolveRunRecord } from "./reference.js";

export interface ComparedSide
  extends Pick<Evaluation, "accuracy" | "accuracyInterval" | "balancedAccuracy" | "macroF1" | "loss"> {
  readonly runId: string;
  readonly model: string;
  readonly version: number;
  readonly classes: number;
  readonly testImages: number;
  /** Expected calibration error, of the model as it predicts. */
  readonly calibrationError?: number;
  readonly macroAuc?: number;
  readonly folds?: FoldsInBrief;
  /** Of the run, the strongest first; absent without any. */
  readonly warnings?: readonly Warning[];
}

export interface PairedFigures {
  readonly images: number;
  readonly accuracyA: number;
  readonly accuracyB: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** Of McNemar's exact test, two-sided; where images share groups, of the sign-flip test of the groups. */
  readonly pValue: number;
  /** Groups that the images come in; absent where each is one of its own. */
  readonly groups?: number;
  /** Where the difference is more than chance gives one time in twenty. */
  readonly better?: "a" | "b";
}

export interface Comparison {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Absent where no image was held out by both. */
  readonly paired?: PairedFigures;
  /** Test images that the other one did not hold out: it may have been trained on them. */
  readonly onlyTestOf: { readonly a: number; readonly b: number };
  /** Images that both held out with different labels: neither answer can be held against both. */
  readonly labelledOtherwise: number;
}

const LEVEL = 0.05;

/** An answer to a held-out image. */
export interface Answer {
  /** SHA-256 of the file's bytes. */
  readonly image: string;
  readonly label: string;
  readonly isRight: boolean;
  /** Images of one group are no independent witnesses. */
  readonly group: string;
}

/**
 * @param refs runs that ended well, or models
 * @throws ThawError NOT_FOUND with what there is; STORE_…
 */
export async function compare(store: Store, refs: readonly [string, string]): Promise<Comparison> {
  const [a, b] = await Promise.all([readSide(store, refs[0]), readSide(store, refs[1])]);
  return { a: a.side, b: b.side, ...pair(a.answers, b.answers) };
}

/** Answers to the images that both held out. Of a file that is there several times, one counts. */
function inCommon(a: readonly Answer[], b: readonly Answer[]) {
  const [ofA, ofB] = [byImage(a), byImage(b)];
  const common = [...ofA.values()].flatMap((answer) => {
    const other = ofB.get(answer.image);
    return other === undefined ? [] : [[answer, other] as const];
  });
  return { ofA, ofB, common, same: common.filter(([one, other]) => one.label === other.label) };
}

/** The same of those alone that both label alike: on them both can be right. */
export function comparablePairs(
  a: readonly Answer[],
  b: readonly Answer[],
): readonly (readonly [a: Answer, b: Answer])[] {
  return inCommon(a, b).same;
}

export function pair(a: readonly Answer[], b: readonly Answer[]): Omit<Comparison, "a" | "b"> {
  const { ofA, ofB, common, same } = inCommon(a, b);
  const pairs = same.map(([one, other]) => [one.isRight, other.isRight] as const);
  const groups = groupsOfPairs(same);
  const count = new Set(groups).size;
  const test = { ...pairedTest(pairs, groups), ...(count < pairs.length ? { groups: count } : {}) };
  const share = (side: 0 | 1): number => pairs.filter((pair) => pair[side]).length / pairs.length;
  const better =
    test.pValue >= LEVEL ? {} : { better: test.onlyA > test.onlyB ? ("a" as const) : ("b" as const) };
  return {
    ...(pairs.length === 0
      ? {}
      : { paired: { images: pairs.length, accuracyA: share(0), accuracyB: share(1), ...test, ...better } }),
    onlyTestOf: { a: ofA.size - common.length, b: ofB.size - common.length },
    labelledOtherwise: common.length - same.length,
  };
}

/** The group of each pair: those that either side puts together are one. */
export function groupsOfPairs(pairs: readonly (readonly [a: Answer, b: Answer])[]): readonly string[] {
  const sets = disjointSets(pairs.length);
  for (const side of [0, 1] as const) {
    const first = new Map<string, number>();
    pairs.forEach((pair, at) => {
      const { group } = pair[side];
      const met = first.get(group);
      if (met === undefined) first.set(group, at);
      else sets.join(met, at);
    });
  }
  return pairs.map((_, at) => String(sets.find(at)));
}

const byImage = (answers: readonly Answer[]): ReadonlyMap<string, Answer> =>
  new Map(answers.map((answer) => [answer.image, answer]));

/** A run or a model, as it is compared. @throws ThawError as {@link compare} */
export async function readSide(
  store: Store,
  ref: string,
): Promise<{ readonly run: RunResult; readonly side: ComparedSide; readonly answers: readonly Answer[] }> {
  const run = await resolveRunRecord(store, ref);
  const evaluate = await requireManifest(store, artifactOf(run, "evaluate"));
  const { calibration, macroAuc, classes, ...rest } = evaluate.summary as Evaluation;
  const { images, accuracy, accuracyInterval, balancedAccuracy, macroF1, loss } = rest;
  const side: ComparedSide = {
    runId: run.runId,
    model: run.model,
    version: run.version,
    classes: classes.length,
    testImages: images,
    ...{ accuracy, accuracyInterval, balancedAccuracy, macroF1 },
    loss: calibration?.after.loss ?? loss,
    ...(calibration === undefined ? {} : { calibrationError: calibration.after.ece }),
    ...(macroAuc === undefined ? {} : { macroAuc }),
    ...(run.folds === undefined ? {} : { folds: run.folds }),
    ...(run.warnings === undefined ? {} : { warnings: run.warnings }),
  };
  const { model: name, version, artifacts } = run;
  const { answers } = await readEvaluated(store, { name, version, artifacts });
  return {
    run,
    side,
    answers: answers.map(({ sha256, label, isRight, group }) => ({ image: sha256, label, isRight, group })),
  };
}

/** @throws ThawError NOT_FOUND where the run has no such stage */
export function artifactOf({ runId, artifacts }: RunResult, stage: string): ArtifactRef {
  const artifact = artifacts[stage];
  if (artifact !== undefined) return artifact;
  throw new ThawError("NOT_FOUND", `run ${runId} has no stage ${stage}`, {
    hint: "only runs that ended well can be compared",
  });
}
