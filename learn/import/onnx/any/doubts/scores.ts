/** Images that may be scores of classes: what a network ends in is no feature then. */
import type { ThawError } from "../../../../../spec/errors.js";
import { shown } from "../../../names.js";
import type { Step, StepIndex } from "../steps.js";

/**
 * A convolution of one pixel with a bias, at the very end, may be the classifier: of one pixel, or of each, as networks of
 * segmentation end, which make the scores as large as the picture and may add those of several images.
 * @param name of the image that a step gives, empty where it has none
 * @throws ThawError by `usage` with both choices
 */
export function refuseScores(
  steps: readonly Step[],
  feature: StepIndex,
  name: (step: StepIndex) => string,
  usage: (what: string, hint: string) => ThawError,
): void {
  const conv = classifierOf(steps, feature);
  if (conv === undefined) return;
  const [below, last] = [steps[conv.input] as Step, steps[feature] as Step];
  if (name(conv.input) === "" || name(feature) === "") return;
  throw usage(
    `its last convolution, ${conv.from}, may be its classifier`,
    `say where the features are: --output ${shown(name(conv.input))} below it, of ${below.channels} channels, or --output ${shown(name(feature))}, of ${last.channels}`,
  );
}

/** Sums of more are none of scores. */
const MOST_STEPS = 64;

/** @returns the convolution whose scores the image may be, the first of several that are added */
function classifierOf(
  steps: readonly Step[],
  feature: StepIndex,
): Extract<Step, { kind: "conv" }> | undefined {
  let left = MOST_STEPS;
  const found = (at: StepIndex, isBiased: boolean, isResized: boolean): ReturnType<typeof classifierOf> => {
    const step = steps[at] as Step;
    left -= 1;
    if (left < 0) return undefined;
    switch (step.kind) {
      case "conv":
        return (isBiased || step.bias !== undefined) &&
          step.kernel.shape.slice(2).every((extent) => extent === 1)
          ? step
          : undefined;
      case "activation":
        return found(step.input, isBiased, isResized);
      // A bias of its own.
      case "affine":
        return found(step.input, true, isResized);
      case "resize":
        return found(step.input, isBiased, true);
      case "add": {
        // Without anything that was made larger it is a shortcut.
        const [first, ...others] = step.inputs.map((input) => found(input, isBiased, isResized));
        const isOfScores = first !== undefined && others.every((other) => other !== undefined);
        return isOfScores && (isResized || step.inputs.some((input) => steps[input]?.kind === "resize"))
          ? first
          : undefined;
      }
      default:
        return undefined;
    }
  };
  return found(feature, false, false);
}
