/** Norms over all pixels of an image, of groups of channels and of ConvNeXt V2's responses, forward and back. */
import type { GroupNormUnit, ResponseNormUnit } from "../../bases/architecture.js";
import { attribute, type Graph, type Value } from "../../graph/graph.js";
import { add, divide, mean, multiply, reshapeTo, shapeOf, shapeThen, subtract, sum } from "../arithmetic.js";
import { pixelSum } from "../ops.js";
import { activationPass, inSequence, type Pass } from "./pass.js";

const CHANNELS = [3];
const ROWS_AND_COLUMNS = [1, 2];
/** Of `[batch, pixels, groups, channels of each]`. */
const WITHIN_GROUPS = [1, 3];

export function groupNormPass(graph: Graph, unit: GroupNormUnit, x: Value): Pass {
  return inSequence(x, [
    (input) => normalizedPass(graph, unit, input),
    (input) => activationPass(graph, unit.activation, input),
  ]);
}

function normalizedPass(graph: Graph, { name, channels, groups, epsilon }: GroupNormUnit, x: Value): Pass {
  const gamma = graph.input(`${name}.gamma`);
  const shape = shapeOf(graph, x);
  const groupedShape = shapeThen(graph, shape, 1, [-1, groups, channels / groups]);
  const parted = (value: Value): Value => reshapeTo(graph, value, groupedShape);
  const whole = (value: Value): Value => reshapeTo(graph, value, shape);
  const stretches = parted(x);
  const centred = subtract(graph, stretches, mean(graph, stretches, WITHIN_GROUPS, true));
  const variance = mean(graph, multiply(graph, centred, centred), WITHIN_GROUPS, true);
  const inverse = graph.op("Rsqrt", { T: attribute.float32 }, [add(graph, variance, graph.number(epsilon))]);
  const normal = multiply(graph, centred, inverse);
  const image = whole(normal);
  return {
    y: add(graph, multiply(graph, image, gamma), graph.input(`${name}.beta`)),
    back: (dy, gradients) => {
      gradients.set(`${name}.gamma`, pixelSum(graph, multiply(graph, dy, image)));
      gradients.set(`${name}.beta`, pixelSum(graph, dy));
      const dNormal = parted(multiply(graph, dy, gamma));
      const along = multiply(
        graph,
        normal,
        mean(graph, multiply(graph, dNormal, normal), WITHIN_GROUPS, true),
      );
      const across = add(graph, mean(graph, dNormal, WITHIN_GROUPS, true), along);
      return whole(multiply(graph, subtract(graph, dNormal, across), inverse));
    },
  };
}

export function responseNormPass(
  graph: Graph,
  { name, channels, epsilon }: ResponseNormUnit,
  x: Value,
): Pass {
  const T = { T: attribute.float32 };
  const gamma = graph.input(`${name}.gamma`);
  const response = graph.op("Sqrt", T, [sum(graph, multiply(graph, x, x), ROWS_AND_COLUMNS, true)]);
  const raised = add(graph, mean(graph, response, CHANNELS, true), graph.number(epsilon));
  const share = divide(graph, response, raised);
  const factor = add(graph, multiply(graph, share, gamma), graph.number(1));
  return {
    y: add(graph, multiply(graph, x, factor), graph.input(`${name}.beta`)),
    back: (dy, gradients) => {
      const along = multiply(graph, dy, x);
      gradients.set(`${name}.gamma`, pixelSum(graph, multiply(graph, along, share)));
      gradients.set(`${name}.beta`, pixelSum(graph, dy));
      const dShare = multiply(graph, sum(graph, along, ROWS_AND_COLUMNS, true), gamma);
      const perMean = divide(
        graph,
        sum(graph, multiply(graph, dShare, share), CHANNELS, true),
        graph.number(channels),
      );
      const dResponse = divide(graph, subtract(graph, dShare, perMean), raised);
      // Of an image of noughts the root has no slope; as PyTorch, nought is taken.
      const slope = graph.op("DivNoNan", T, [x, response]);
      return add(graph, multiply(graph, dy, factor), multiply(graph, slope, dResponse));
    },
  };
}
