/** The peak learning rate and the decay of every parameter that a stage of unfreezing trains. */
import type { UnfreezeSpec } from "../../../spec/runFile/runFile.js";
import type { LayerGroup } from "../../bases/architecture.js";
import { HEAD_KERNEL } from "../../network/head.js";
import { type Parameters, parameter } from "../../network/parameters.js";
import type { RateOf } from "../step/trainable.js";
import { groupRate } from "./schedule.js";

/** A trained layer group with its peak rate. */
export interface GroupRate {
  readonly name: string;
  readonly learningRate: number;
}

type RateSettings = Pick<
  UnfreezeSpec,
  "learning_rate" | "head_learning_rate" | "decay" | "rates" | "weight_decay" | "l2_sp"
>;

/**
 * The rate that the run file gives a group by name, else the one that follows from its depth.
 * @param groups from the input up
 * @returns the top one first
 */
export function groupRates(groups: readonly LayerGroup[], settings: RateSettings): readonly GroupRate[] {
  const explicit: Readonly<Record<string, number | undefined>> = settings.rates;
  return [...groups].reverse().map(({ name }, depth) => ({
    name,
    learningRate: explicit[name] ?? groupRate(settings.learning_rate, settings.decay, depth),
  }));
}

/**
 * Kernels decay: the head's towards zero, the base's too or, with `l2_sp`, towards their pretrained values. Decay on
 * batch norm and biases only hurts (He et al., "Bag of tricks", CVPR 2019).
 * @param pretrained the base's parameters
 */
export function rateByParameter(
  groups: readonly GroupRate[],
  settings: RateSettings,
  pretrained: Parameters,
): RateOf {
  return (name) => {
    const group = groups.find((candidate) => name.startsWith(`${candidate.name}.`));
    const learningRate = group?.learningRate ?? settings.head_learning_rate;
    if (name !== HEAD_KERNEL && !name.endsWith(".kernel")) return { learningRate, weightDecay: 0 };
    if (name === HEAD_KERNEL || settings.l2_sp === 0)
      return { learningRate, weightDecay: settings.weight_decay };
    return { learningRate, weightDecay: settings.l2_sp, anchor: parameter(pretrained, name).data };
  };
}
