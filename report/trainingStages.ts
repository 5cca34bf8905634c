/** The trained stages of a run in order, each with the names and figures that chart, curves and tables share. */
import { parse } from "yaml";
import { memorySentence } from "../spec/pipeline/halfBatch.js";
import type { ReportData } from "../spec/records/report.js";
import type { EpochRecord, Interruptions, StageSummary, TrainingSummary } from "../spec/records/training.js";
import { type RunFile, runFileSchema } from "../spec/runFile/runFile.js";

export interface TrainedGroup {
  readonly name: string;
  /** Peak learning rate; undefined when the report's data do not say. */
  readonly learningRate: number | undefined;
}

/** Name of the fully connected head in lists of layer groups. */
export const HEAD_GROUP = "head";

export interface TrainingStage {
  /** Name of the stage in the run: `head`, `tune-1`…, `scratch`. */
  readonly name: string;
  readonly title: string;
  /** What is frozen and what is not, in a few words. */
  readonly boundary: string;
  readonly outcome: "trained" | "kept" | "rolled back" | "comparison";
  readonly verdict: string | undefined;
  readonly history: readonly EpochRecord[];
  /** Counted from 1; 0 when there was no epoch. */
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
  readonly seconds: number;
  /** Test accuracy of the model as it was after the stage, in [0, 1]; undefined where that was rolled back. */
  readonly accuracy: number | undefined;
  /** 95 % interval of the accuracy. */
  readonly interval: readonly [number, number] | undefined;
  /** Validation accuracy that the stage itself came to, kept or not; undefined where it came to none. */
  readonly own: number | undefined;
  /** Validation figures that the stage had to beat. */
  readonly before: StageSummary["before"] | undefined;
  /** What was trained, top first; "everything" for the network from scratch. */
  readonly trained: readonly TrainedGroup[] | "everything";
}

/** Head, every stage of unfreezing, and the network from scratch if there is one. */
export function trainingStages(data: ReportData): readonly TrainingStage[] {
  const file = readRunFile(data.runFile);
  const stages = [headStage(data, file), ...data.stages.map((_, index) => tuneStage(data, index, file))];
  const scratch = scratchStage(data);
  return scratch === undefined ? stages : [...stages, scratch];
}

/** The run file holds the head's rates; a report must not fail over them. */
function readRunFile(yaml: string): RunFile | undefined {
  try {
    return runFileSchema.safeParse(parse(yaml)).data;
  } catch {
    return undefined;
  }
}

function testedAfter(data: ReportData, name: string): Pick<TrainingStage, "accuracy" | "interval"> {
  const tested = data.evaluation.byStage.find(({ stage }) => stage === name);
  return { accuracy: tested?.accuracy, interval: tested?.interval };
}

function common(summary: TrainingSummary) {
  const { history, bestEpoch, stoppedEarly, seconds } = summary;
  return { history, bestEpoch, stoppedEarly, seconds };
}

function headStage(data: ReportData, file: RunFile | undefined): TrainingStage {
  return {
    ...common(data.head),
    name: "head",
    title: "New head on the frozen base",
    boundary: "base frozen",
    outcome: "trained",
    verdict: remarkOf(data.head),
    ...testedAfter(data, "head"),
    own: data.head.validationAccuracy,
    before: undefined,
    trained: [{ name: HEAD_GROUP, learningRate: file?.head.learning_rate }],
  };
}

function tuneStage(data: ReportData, index: number, file: RunFile | undefined): TrainingStage {
  const summary = data.stages[index] as StageSummary;
  const name = `tune-${index + 1}`;
  return {
    ...common(summary),
    name,
    ...whatLearned(summary),
    outcome: summary.kept ? "kept" : "rolled back",
    verdict: [summary.verdict + rateSentence(summary), remarkOf(summary)].filter(Boolean).join("; "),
    // The model after a stage that was rolled back is the one before it.
    ...(summary.kept ? testedAfter(data, name) : { accuracy: undefined, interval: undefined }),
    own: summary.history.length === 0 ? undefined : summary.validationAccuracy,
    before: summary.before,
    trained: [
      { name: HEAD_GROUP, learningRate: headRate(summary, file) },
      ...summary.groups.filter(({ name: group }) => group !== HEAD_GROUP),
    ],
  };
}

function whatLearned({ deepest, surgical, groups }: StageSummary): Pick<TrainingStage, "title" | "boundary"> {
  if (surgical !== true) {
    return { title: `Fine-tuning down to ${deepest}`, boundary: `unfrozen: ${deepest} and up` };
  }
  const names = groups.map(({ name }) => name).reverse();
  return { title: "Fine-tuning of the first layers", boundary: `unfrozen: ${names.join(", ")} and the head` };
}

/** The groups' rates are recorded as they were used, the head's follows from the run file. */
function headRate({ rateFinding }: StageSummary, file: RunFile | undefined): number | undefined {
  const asked = file?.unfreeze.head_learning_rate;
  return asked === undefined ? undefined : asked * (rateFinding?.factor ?? 1);
}

/** What the range test did to the rates; nothing where there was none. */
function rateSentence({ rateFinding }: StageSummary): string {
  if (rateFinding === undefined) return "";
  const { factor, points, seconds } = rateFinding;
  const found =
    factor === 1
      ? "left the rates as they are"
      : `lowered the rates to ${percentOf(factor)} of the run file's`;
  return `; a range test on ${points.length} batches (${seconds.toFixed(0)} s) ${found}`;
}

const percentOf = (factor: number): string => `${Number((100 * factor).toPrecision(2))} %`;

/** What came between the run file and the stage; undefined where nothing did. */
function remarkOf({ outOfMemory, changes }: Interruptions): string | undefined {
  const remarks = [
    ...(outOfMemory === undefined ? [] : [memorySentence(outOfMemory)]),
    ...(changes?.some(({ finish }) => finish !== true) ? ["settings were changed while it trained"] : []),
    ...(changes?.some(({ finish }) => finish) ? ["it was told to end with its best weights"] : []),
  ];
  return remarks.length === 0 ? undefined : remarks.join("; ");
}

function scratchStage({ scratch, evaluation }: ReportData): TrainingStage | undefined {
  if (scratch === undefined && evaluation.scratch === undefined) return undefined;
  const history = scratch?.history ?? [];
  return {
    history,
    bestEpoch: bestEpochOf(history),
    stoppedEarly: false,
    seconds: scratch?.seconds ?? evaluation.scratch?.seconds ?? Number.NaN,
    name: "scratch",
    title: "From scratch, same time",
    boundary: "random start, all trained",
    outcome: "comparison",
    verdict: undefined,
    accuracy: evaluation.scratch?.accuracy,
    interval: evaluation.scratch?.interval,
    own: undefined,
    before: undefined,
    trained: "everything",
  };
}

/** The epoch of the lowest validation loss, the one that training restores; 0 when there is none. */
function bestEpochOf(history: readonly EpochRecord[]): number {
  const lowest = Math.min(...history.map((record) => record.validationLoss));
  return history.find((record) => record.validationLoss === lowest)?.epoch ?? 0;
}
