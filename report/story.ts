/** The run in one sentence: what was trained on what, what fine-tuning added, what transfer was worth. */

import type { ReportData } from "../spec/records/report.js";
import { pText } from "../spec/text/pText.js";
import { pretrainedOnWords } from "./baseWords.js";
import { counted, duration, percent, pointsBetween, pointsInWords, signedPoints } from "./format.js";

/** p of a paired test below which a change is taken for proven. */
const PROVEN = 0.05;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Against the head on the frozen base: over the folds where there are any, else on the one hold-out. */
export interface FineTuningGain {
  /** Accuracy of the head, in [0, 1]. */
  readonly head: number;
  /** Percentage points that fine-tuning added. */
  readonly points: number;
  /** Of the folds: the 95 % interval of the points, and p of the paired test. */
  readonly folds?: { readonly interval: readonly [low: number, high: number]; readonly p: number };
}

/** What fine-tuning added; undefined without stages. */
export function fineTuningGain({ evaluation, stages }: ReportData): FineTuningGain | undefined {
  const { crossValidation, byStage, accuracy } = evaluation;
  if (stages.length === 0) return undefined;
  if (crossValidation !== undefined) {
    const { gain, head, againstHead } = crossValidation;
    const [low, high] = gain.interval;
    return {
      head: head.accuracy.pooled,
      points: pointsBetween(0, gain.mean),
      folds: { interval: [pointsBetween(0, low), pointsBetween(0, high)], p: againstHead.pValue },
    };
  }
  const head = byStage.find(({ stage }) => stage === "head")?.accuracy;
  return head === undefined ? undefined : { head, points: pointsBetween(head, accuracy) };
}

/** Percentage points by which transfer beat the same network from scratch; undefined when not compared. */
export function transferGain({ evaluation }: ReportData): number | undefined {
  const { scratch, accuracy } = evaluation;
  return scratch === undefined ? undefined : pointsBetween(scratch.accuracy, accuracy);
}

export function summarySentence(data: ReportData): string {
  const { base, dataset, evaluation } = data;
  const training =
    `The network ${base.name}, pretrained on ${pretrainedOnWords(base)}, learned to tell ` +
    `${counted(evaluation.classes.length, "class", "classes")} apart from ` +
    `${counted(sum(dataset.counts.train), "training image")}`;
  const clauses = [training, tuningClause(data), scratchClause(data)];
  return `${clauses.filter((clause) => clause !== "").join("; ")}.`;
}

function tuningClause(data: ReportData): string {
  const gain = fineTuningGain(data);
  if (gain === undefined) {
    return "only a new head was trained, and the pretrained layers stayed as they were";
  }
  if (data.stages.every(({ kept }) => !kept)) {
    const stages =
      data.stages.length === 1
        ? "its one stage was"
        : `${data.stages.length === 2 ? "both" : `all ${data.stages.length}`} stages were`;
    return `that fine-tuning helps was not proven on the validation images, so ${stages} rolled back to the new head on the frozen base`;
  }
  const { head, points, folds } = gain;
  const reference = `the ${percent(head)} of a new head on the frozen base`;
  const caution = folds === undefined ? cautionAbout(head, data) : foldsCaution(folds);
  const tuning = folds === undefined ? "fine-tuning" : "over the folds fine-tuning";
  if (points > 0) return `${tuning} added ${pointsInWords(points)} to ${reference}${caution}`;
  if (points < 0) return `${tuning} took ${pointsInWords(points)} off ${reference}${caution}`;
  return `${tuning} left ${reference} unchanged`;
}

function foldsCaution({ interval, p }: NonNullable<FineTuningGain["folds"]>): string {
  const [low, high] = interval.map(signedPoints);
  const chance = p < PROVEN ? "" : ", which may be chance";
  return ` (95 % interval ${low} to ${high}; ${pText(p)}${chance})`;
}

function scratchClause(data: ReportData): string {
  const { scratch } = data.evaluation;
  const gain = transferGain(data);
  if (scratch === undefined || gain === undefined) return "";
  const reached = `the same network trained from scratch in the same time (${duration(scratch.seconds)}) reached ${percent(scratch.accuracy)}`;
  return gain > 0
    ? `${reached}, so starting from pretrained weights was worth ${pointsInWords(gain)}${cautionAbout(scratch.accuracy, data)}`
    : `${reached}, so here a benefit of the pretrained weights was not shown`;
}

/** What a careful reader should hear when the figure compared with lies in the final model's interval. */
function cautionAbout(accuracy: number, { evaluation }: ReportData): string {
  const [low, high] = evaluation.accuracyInterval;
  return accuracy >= low && accuracy <= high
    ? `, within the uncertainty of ${counted(evaluation.images, "test image")}`
    : "";
}
