/** What two stages of `stageOutcomes.js` are worth on the held-out images, behind the gate or without it. */
import { gate } from "../../learn/evidence/gate.js";
import type { ValidationResult } from "../../learn/training/trainee.js";
import { randomStream } from "../../rng/stream.js";
import { mean } from "../support.js";
import {
  judge,
  judgeHeldOut,
  type Logits,
  type Outcome,
  type Stage,
  type StageOutcomes,
} from "./outcomes.js";

export interface Worth {
  /** Percent of the held-out images. */
  readonly accuracy: number;
  /** Of the held-out images at the temperature of the validation images, nats. */
  readonly loss: number;
  /** Share of the two stages. */
  readonly kept: number;
}

export function worthOf(outcome: Outcome): Omit<Worth, "kept"> {
  const { correct, calibrated } = judgeHeldOut(outcome);
  return { accuracy: 100 * mean(correct.map(Number)), loss: mean(calibrated) };
}

/** "accuracy / loss", means. */
export function worthCell(worths: readonly Omit<Worth, "kept">[]): string {
  return `${mean(worths.map(({ accuracy }) => accuracy)).toFixed(1)} / ${mean(worths.map(({ loss }) => loss)).toFixed(3)}`;
}

function validated(images: Logits): ValidationResult {
  const { losses, calibrated, correct } = judge(images);
  return {
    loss: mean(losses),
    accuracy: mean(correct.map(Number)),
    correct,
    calibratedLosses: () => calibrated,
  };
}

/** What the second stage starts from where the first one was not kept. */
export const PATHS = {
  "the head": ["second"],
  "the first stage, kept or not": ["both"],
  "the first stage, and then the head": ["both", "second"],
} as const satisfies Record<string, readonly Stage[]>;

/**
 * Two stages, each compared with what was handed on before it.
 * @param made what a stage hands to the gate
 * @param gated false keeps every stage
 */
export function bothStages(
  run: StageOutcomes,
  made: (stage: Stage) => Outcome,
  gated: boolean,
  path: keyof typeof PATHS = "the head",
): Worth {
  let now: Outcome = run.nodes.head;
  let kept = 0;
  const through = (stage: Stage, number: number): boolean => {
    const after = made(stage);
    const stream = randomStream(run.seed, "gate", number);
    if (gated && !gate(validated(now.validation), validated(after.validation), stream).kept) return false;
    now = after;
    kept += 1;
    return true;
  };
  const next: readonly Stage[] = through("first", 1) ? ["both"] : PATHS[path];
  next.some((stage) => through(stage, 2));
  return { ...worthOf(now), kept: kept / 2 };
}
