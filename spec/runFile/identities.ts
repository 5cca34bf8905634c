/** What stands for settings in the keys of artifacts. Apart from their schemas, so that workflows need no zod. */
import type { AugmentSpec } from "./augment.js";
import type { LossSpec } from "./loss.js";

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
