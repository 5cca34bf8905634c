/** Units that move or weigh whole images and channels, forward and back. */
import type { ChannelConvUnit, ChoiceUnit, ResizeUnit } from "../../bases/architecture.js";
import { attribute, type Graph, type Value } from "../../graph/graph.js";
import { concatenate, multiply, reshape, reshapeTo, shapeOf } from "../arithmetic.js";
import { inputGradient, kernelGradient } from "../convolutionGradients.js";
import { convolve, type PlainConvolution } from "../ops.js";
import { resizeMatrix } from "../resizing.js";
import type { Pass } from "./pass.js";

const T = attribute.float32;
const CHANNELS = 3;

/** Some of the channels. */
export function choicePass(graph: Graph, { channels, chosen }: ChoiceUnit, x: Value): Pass {
  return {
    y: taken(graph, x, chosen),
    back: (dy) => {
      // Where each channel has gone; those that nobody took, to zeros behind the others.
      const places: number[][] = Array.from({ length: channels }, () => []);
      for (const [place, channel] of chosen.entries()) places[channel]?.push(place);
      const most = Math.max(...places.map(({ length }) => length));
      const zeros = multiply(graph, taken(graph, dy, [0]), graph.number(0));
      const wide = concatenate(graph, [dy, zeros], CHANNELS);
      const shares = Array.from({ length: most }, (_, turn) =>
        taken(
          graph,
          wide,
          places.map((own) => own[turn] ?? chosen.length),
        ),
      );
      return shares.reduce((a, b) => graph.op("AddV2", { T }, [a, b]));
    },
  };
}

function taken(graph: Graph, x: Value, channels: readonly number[]): Value {
  const types = {
    Tparams: T,
    Tindices: attribute.int32,
    Taxis: attribute.int32,
    batch_dims: attribute.int(0),
  };
  return graph.op("GatherV2", types, [x, graph.integers(channels), graph.integer(CHANNELS)]);
}

/** Larger or smaller images: products with a matrix along rows, then along columns. */
export function resizePass(graph: Graph, unit: ResizeUnit, x: Value): Pass {
  const { from, to, channels } = unit;
  const matrix = reshape(graph, graph.floats([...resizeMatrix(unit)]), [1, to, from]);
  const along = (value: Value, isBack: boolean): Value => {
    const attributes = { T, adj_x: attribute.flag(isBack), adj_y: attribute.flag(false) };
    return graph.op("BatchMatMulV2", attributes, [matrix, value]);
  };
  const resized = (image: Value, sides: readonly [number, number], isBack: boolean): Value => {
    const [before, after] = sides;
    const rows = along(reshape(graph, image, [-1, before, before * channels]), isBack);
    const columns = along(reshape(graph, rows, [-1, before, channels]), isBack);
    return reshape(graph, columns, [-1, after, after, channels]);
  };
  return { y: resized(x, [from, to], false), back: (dy) => resized(dy, [to, from], true) };
}

/** The channels of single pixels, each with its neighbours. */
export function channelConvPass(graph: Graph, unit: ChannelConvUnit, x: Value): Pass {
  const { name, channels, kernel: size } = unit;
  const convolution: PlainConvolution = {
    ...{ kind: "full", kernel: [size, 1], stride: 1, padding: "same", inChannels: 1, outChannels: 1 },
  };
  const given = graph.input(`${name}.kernel`);
  const kernel = reshape(graph, given, [size, 1, 1, 1]);
  const column = reshape(graph, x, [-1, channels, 1, 1]);
  return {
    y: reshape(graph, convolve(graph, convolution, column, kernel), [-1, 1, 1, channels]),
    back: (dy, gradients) => {
      const dColumn = reshape(graph, dy, [-1, channels, 1, 1]);
      const dKernel = kernelGradient(graph, convolution, column, kernel, dColumn);
      gradients.set(`${name}.kernel`, reshapeTo(graph, dKernel, shapeOf(graph, given)));
      const dx = inputGradient(graph, convolution, column, kernel, dColumn);
      return reshape(graph, dx, [-1, 1, 1, channels]);
    },
  };
}
