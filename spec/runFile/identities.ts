/** What stands for settings in the keys of artifacts. Apart from their schemas, so that workflows need no zod. */
import type { AugmentSpec } from "./augment.js";
import type { LossSpec } from "./loss.js";

/** The gate that was the only one before there was a choice. */
export const DEFAULT_GATE = { level: 0.1, rule: "calibrated-loss" } as const;

/**
 * What of `unfreeze.gate` decides whether a stage is kept: nothing where it says what was done before it existed.
 * @param gate absent in run files of older clients
 */
export function gateIdentity(
  gate: { readonly level: number; readonly rule: string } | undefined,
): Readonly<Record<string, unknown>> {
  const { level, rule } = gate ?? DEFAULT_GATE;
  if (rule === "always") return { gate: { rule } };
  return level === DEFAULT_GATE.level && rule === DEFAULT_GATE.rule ? {} : { gate: { level, rule } };
}

/** What of the section decides the views: not the kind's name, and of erasing only that there is some. */
export function augmentIdentity({
  kind: _kind,
  erase,
  ...rest
}: AugmentSpec): Readonly<Record<string, unknown>> {
  return { ...rest, ...(erase > 0 ? { erase } : {}) };
}

/** What of the section decides a stage's numbers: nothing where it says what was done before it existed. */
export function lossIdentity(loss: LossSpec | undefined): Readonly<Record<string, unknown>> {
  const gamma = focalGamma(loss);
  return {
    ...(gamma === 0 ? {} : { focal_gamma: gamma }),
    ...(loss?.class_weights === "balanced" ? { class_weights: "balanced" } : {}),
  };
}

/** The focusing parameter of the loss; 0 for cross-entropy. @param loss absent in run files of older clients */
export function focalGamma(loss: LossSpec | undefined): number {
  return loss?.kind === "focal" ? loss.gamma : 0;
}

/**
 * What of `precision` decides the numbers of a stage that reads frozen activations: nothing for float32, the only one before
 * there was a choice.
 * @param precision absent in run files of older clients; `auto` is written out before a run starts
 */
export function precisionIdentity(precision: string | undefined): Readonly<Record<string, unknown>> {
  return precision === "bfloat16" ? { precision } : {};
}
