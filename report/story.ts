/** The run in one sentence: what was trained on what, what fine-tuning added, what transfer was worth. */
import type { ReportData } from "../spec/report.js";
import { counted, duration, percent, pointsBetween, pointsInWords } from "./format.js";
import type { TrainingStage } from "./trainingStages.js";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Percentage points that fine-tuning added to the head on the frozen base; undefined without stages. */
export function fineTuningGain({ evaluation, stages }: ReportData): number | undefined {
  const head = evaluation.byStage.find(({ stage }) => stage === "head");
  return head === undefined || stages.length === 0
    ? undefined
    : pointsBetween(head.accuracy, evaluation.accuracy);
}

/** Percentage points by which transfer beat the same network from scratch; undefined when not compared. */
export function transferGain({ evaluation }: ReportData): number | undefined {
  const { scratch, accuracy } = evaluation;
  return scratch === undefined ? undefined : pointsBetween(scratch.accuracy, accuracy);
}

export function summarySentence(data: ReportData, stages: readonly TrainingStage[]): string {
  const { base, dataset, evaluation } = data;
  const training =
    `The network ${base.name}, pretrained on ${base.pretrainedOn}, learned to tell ` +
    `${counted(evaluation.classes.length, "class", "classes")} apart from ` +
    `${counted(sum(dataset.counts.train), "training image")}`;
  const clauses = [training, tuningClause(data, stages), scratchClause(data)];
  return `${clauses.filter((clause) => clause !== "").join("; ")}.`;
}

function tuningClause(data: ReportData, stages: readonly TrainingStage[]): string {
  const head = stages.find(({ name }) => name === "head")?.accuracy;
  const gain = fineTuningGain(data);
  if (gain === undefined || head === undefined) {
    return "only a new head was trained, and the pretrained layers stayed as they were";
  }
  if (data.stages.every(({ kept }) => !kept)) {
    const stages = data.stages.length === 1 ? "its one stage was" : `all ${data.stages.length} stages were`;
    return `fine-tuning did not help, so ${stages} rolled back to the new head on the frozen base`;
  }
  const reference = `the ${percent(head)} of a new head on the frozen base`;
  const caution = cautionAbout(head, data);
  if (gain > 0) return `fine-tuning added ${pointsInWords(gain)} to ${reference}${caution}`;
  if (gain < 0) return `fine-tuning took ${pointsInWords(gain)} off ${reference}${caution}`;
  return `fine-tuning left ${reference} unchanged`;
}

function scratchClause(data: ReportData): string {
  const { scratch } = data.evaluation;
  const gain = transferGain(data);
  if (scratch === undefined || gain === undefined) return "";
  const reached = `the same network trained from scratch in the same time (${duration(scratch.seconds)}) reached ${percent(scratch.accuracy)}`;
  return gain > 0
    ? `${reached}, so starting from pretrained weights was worth ${pointsInWords(gain)}${cautionAbout(scratch.accuracy, data)}`
    : `${reached}, so here the pretrained weights brought no benefit`;
}

/** What a careful reader should hear when the figure compared with lies in the final model's interval. */
function cautionAbout(accuracy: number, { evaluation }: ReportData): string {
  const [low, high] = evaluation.accuracyInterval;
  return accuracy >= low && accuracy <= high
    ? `, within the uncertainty of ${counted(evaluation.images, "test image")}`
    : "";
}
