/** Layer normalization over channels, where a graph writes it in parts: means, differences, squares, a root, a quotient. */
import { type Curve, curveOf, epsilonOf, isSquare, SAME } from "./curve.js";
import type { Step } from "./steps.js";
import { type Following, type Image, imageOf, type Moment, settled, type Value } from "./values.js";

/** For whatever else is made of the parts. */
export const PARTS =
  "thaw follows a layer normalization over channels as (x − mean) / √(variance + ε); export with opset_version=17 or later, where that is one operator";

/** The mean of each pixel's channels, or of the squares of what is left without it. */
export function meanOfChannels(value: Image | Moment, following: Following): Moment {
  if ((following.node.integers.get("keepdims")?.[0] ?? 1) !== 1)
    throw following.refuse("it leaves out the axis of the channels", PARTS);
  if (value.is === "image") {
    const source = settled(value, following);
    return { is: "moment", part: "mean", source, layout: value.layout, curve: SAME };
  }
  if (value.part !== "centred" || !isSquare(value.curve)) throw misfit(following);
  return { ...value, part: "variance", curve: SAME };
}

const misfit = ({ refuse }: Following): Error =>
  refuse("it makes something else than a layer normalization of the means of each pixel's channels", PARTS);

/** Two values of which one at least is a part. */
export function afterParts(
  a: Value,
  b: Value,
  of: (a: number, b: number) => number,
  following: Following,
): Value {
  const { operator } = following.node;
  if (a.is === "image" && b.is === "moment") {
    const isCentring = operator === "Sub" && b.part === "mean" && b.curve === SAME && a.layout === b.layout;
    if (!isCentring || settled(a, following) !== b.source) throw misfit(following);
    return { ...b, part: "centred" };
  }
  if (a.is !== "moment" || b.is !== "moment" || a.source !== b.source) throw misfit(following);
  if (a.part === b.part) return { ...a, curve: curveOf([a.curve, b.curve], of) };
  const [centred, variance] = a.part === "centred" ? [a, b] : [b, a];
  if (centred.part !== "centred" || centred.curve !== SAME || variance.part !== "variance")
    throw misfit(following);
  if (operator === "Mul") return normalized(centred, variance.curve, following);
  if (operator !== "Div" || centred !== a) throw misfit(following);
  return normalized(
    centred,
    curveOf([variance.curve], (value) => 1 / value),
    following,
  );
}

/** @param factor of the variance */
function normalized({ source, layout }: Moment, factor: Curve, following: Following): Image {
  const epsilon = epsilonOf(factor);
  if (epsilon === undefined) throw misfit(following);
  const { channels, side } = following.steps[source] as Step;
  const [gamma, beta] = [new Float32Array(channels).fill(1), new Float32Array(channels)];
  following.spend(8 * channels);
  const from = following.label;
  const step = { kind: "layer-norm", input: source, gamma, beta, epsilon, from, channels, side } as const;
  return imageOf(following.add(step), from, layout);
}
