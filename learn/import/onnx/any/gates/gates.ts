/** Images whose channels are weighed by what was made of means: squeeze-and-excitation, and all other gates. */
import { activationOf, SAME } from "../curves/curve.js";
import type { SqueezeStep, Step, StepIndex } from "../steps.js";
import { extents, type Following, type Image, imageOf, type Means, settled, type Value } from "../values.js";
import { denseOf, settledMeans } from "./means.js";

/** An image whose channels are multiplied by what was made of means, or to which that is added. */
export function gated(image: Image, gate: Means, kind: "add" | "multiply", following: Following): Value {
  const input = settled(image, following);
  const { channels, side } = following.steps[input] as Step;
  const { label: from } = following;
  // Axes are counted from the last: means in a row would be taken for one a column.
  const wanted = image.layout === "first" ? [channels, 1, 1] : [1, 1, channels];
  const missing = new Array<number>(Math.max(0, wanted.length - gate.shape.length)).fill(1);
  if ([...missing, ...gate.shape].join(" ") !== wanted.join(" "))
    throw following.refuse(
      `it puts an image of ${channels} channels and means of the shape ${extents(gate.shape)} together`,
      `thaw takes one for each channel, ${extents(wanted)}`,
    );
  const own = image.layout === "first" ? [channels, side, side] : [side, side, channels];
  if (gate.stretched?.some((extent, axis) => extent !== 1 && extent !== own[axis]) === true)
    throw following.refuse(
      `it puts an image of ${extents(own)} and means stretched to ${extents(gate.stretched)} together`,
    );
  const squeeze = kind === "multiply" ? squeezeOf(gate, input) : undefined;
  if (squeeze !== undefined)
    return imageOf(following.add({ ...squeeze, input, from, channels, side }), from, image.layout);
  const spread = settledMeans(gate, following);
  const made = { inputs: [input, spread], from, channels, side };
  return imageOf(following.add({ kind, ...made, ...(side === 1 ? {} : { spread }) }), from, image.layout);
}

/** @returns undefined for what is no squeeze-and-excitation of that image */
function squeezeOf(
  { chain, curve }: Means,
  input: StepIndex,
): Pick<SqueezeStep, "kind" | "reduce" | "expand" | "activation" | "gate"> | undefined {
  const inner = chain.before;
  const [gate, activation] = [
    activationOf(curve),
    inner === undefined ? undefined : activationOf(inner.curve),
  ];
  const means = inner?.chain.before;
  const isOfMeans = means !== undefined && means.curve === SAME && means.chain.before === undefined;
  const isGate = gate === "sigmoid" || gate === "hard-sigmoid";
  if (chain.source !== input || inner === undefined || !isOfMeans || !isGate || activation === undefined)
    return undefined;
  if (chain.dense === undefined || inner.chain.dense === undefined) return undefined;
  const [expand, reduce] = [denseOf(chain), denseOf(inner.chain)];
  if (expand === undefined || reduce === undefined) return undefined;
  return { kind: "squeeze", reduce, expand, activation, gate };
}
