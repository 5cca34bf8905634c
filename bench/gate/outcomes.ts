/** What `stageOutcomes.js` writes and the programs that judge rules read: logits of trained stages. */
import { readFile } from "node:fs/promises";
import { atTemperature, fitTemperature } from "../../learn/evaluation/temperature.js";
import { lossOf, softmaxRows } from "../../learn/training/step/loss.js";
import { crossEntropyAndAccuracy } from "../../learn/training/validation.js";

/** Where each stage starts from. */
export const STARTS = { first: "head", both: "first", second: "head" } as const;
export type Stage = keyof typeof STARTS;
/** Weights: the head's, after the first stage, after both, after the second stage alone. */
export type Node = "head" | Stage;

/** How far the mixtures lie on the way from a stage's start to its end. */
export const SHARES = [0.25, 0.5, 0.75] as const;
export type Mixture = `${Stage}@${(typeof SHARES)[number]}`;

/** The images of a split, in one order. */
export interface Logits {
  readonly labels: readonly number[];
  /** Row by row, an image each. */
  readonly logits: readonly number[];
}

export type Outcome = Readonly<Record<"validation" | "heldOut", Logits>>;

export interface StageOutcomes {
  readonly set: string;
  readonly seed: number;
  /** What `unfreeze` had besides the defaults, as JSON; absent where they were trained with mixtures. */
  readonly option?: string;
  readonly nodes: Readonly<Record<Node, Outcome>> & Readonly<Partial<Record<Mixture, Outcome>>>;
}

export interface Judged {
  readonly losses: readonly number[];
  /** Losses at the temperature that was fitted to the validation images. */
  readonly calibrated: readonly number[];
  readonly correct: readonly boolean[];
}

export async function readOutcomes(paths: readonly string[]): Promise<StageOutcomes[]> {
  const text = (await Promise.all(paths.map((path) => readFile(path, "utf8")))).join("");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as StageOutcomes);
}

/** The option of a run that changes nothing. */
export const DEFAULTS = "{}";
export const optionOf = ({ option = DEFAULTS }: StageOutcomes): string => option;

/** The runs of each set, named with the number of its validation images, and at the end all of them. */
export function columnsOf(all: readonly StageOutcomes[]): {
  readonly names: readonly string[];
  readonly columns: readonly (readonly StageOutcomes[])[];
} {
  const sets = [...new Set(all.map(setOf))];
  return {
    names: [...sets, "all"],
    columns: [...sets.map((set) => all.filter((run) => setOf(run) === set)), all],
  };
}

export function setOf({ set, nodes }: StageOutcomes): string {
  return `${set} (${nodes.head.validation.labels.length})`;
}

/** First lines of a Markdown table. */
export function tableHead(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n|${"---|".repeat(cells.length)}`;
}

export function judgedAt({ labels, logits }: Logits, temperature: number): Judged {
  const values = Float32Array.from(logits);
  const classes = logits.length / labels.length;
  const lossesOf = (scaled: Float32Array): number[] => {
    const probabilities = softmaxRows(scaled, classes);
    return labels.map((label, row) => lossOf(probabilities[row * classes + label]));
  };
  const { correct } = crossEntropyAndAccuracy(values, labels, classes);
  return { losses: lossesOf(values), calibrated: lossesOf(atTemperature(values, temperature)), correct };
}

export function temperatureOf({ labels, logits }: Logits): number {
  return fitTemperature(logits, labels, logits.length / labels.length);
}

/** As a gate sees these images: at the temperature that they have fitted. */
export function judge(images: Logits): Judged {
  return judgedAt(images, temperatureOf(images));
}

/** The held-out images at the temperature of the validation images. */
export function judgeHeldOut({ validation, heldOut }: Outcome): Judged {
  return judgedAt(heldOut, temperatureOf(validation));
}
