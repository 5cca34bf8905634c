/** A trained network as a list of plain layers, which a format only has to spell in its own words. */
import {
  type Block,
  type ChannelConvUnit,
  type ChoiceUnit,
  type ConvUnit,
  type GraphImage,
  type GraphUnit,
  type GroupNormUnit,
  isNormed,
  type LayerNormUnit,
  type NormUnit,
  type ResponseNormUnit,
  type ScaleUnit,
  type SqueezeUnit,
  type Unit,
} from "../learn/bases/architecture.js";
import { windowsAlong } from "../learn/bases/extent.js";
import type { Activation } from "../learn/network/activations.js";
import { foldNorm, foldUnit } from "../learn/network/foldBatchNorm.js";
import type { Pooling } from "../learn/network/ops.js";
import { type Parameter, parameter } from "../learn/network/parameters.js";
import type { Resizing } from "../learn/network/resizing.js";
import type { TrainedModel } from "./trainedModel.js";

/** What is done to a value. */
export type LayerActivation = Exclude<Activation, "none">;

/** A layer's output goes by the layer's name. All activations are square, `side` is that of the input. */
export type Layer =
  | {
      readonly kind: "convolution";
      readonly name: string;
      readonly input: string;
      readonly side: number;
      readonly unit: ConvUnit;
      /** In TensorFlow's layout, see `kernelShape`. */
      readonly kernel: Parameter;
      readonly bias: Parameter;
    }
  | {
      readonly kind: "activation";
      readonly name: string;
      readonly input: string;
      readonly activation: LayerActivation;
    }
  /** What has one pixel, `[1, 1, channels]`, is added to or multiplied with every pixel of the other. */
  | { readonly kind: "add" | "product"; readonly name: string; readonly inputs: readonly [string, string] }
  /** Channels one after the other. */
  | { readonly kind: "concat"; readonly name: string; readonly inputs: readonly string[] }
  /** Along rows and columns times a matrix, see `resizeMatrix`. */
  | {
      readonly kind: "resize";
      readonly name: string;
      readonly input: string;
      readonly channels: number;
      readonly resizing: Resizing;
    }
  /** Means over the image, `[1, 1, channels]`. */
  | { readonly kind: "means"; readonly name: string; readonly input: string; readonly channels: number }
  | {
      readonly kind: "layer-norm";
      readonly name: string;
      readonly input: string;
      readonly epsilon: number;
      readonly gamma: Parameter;
      readonly beta: Parameter;
    }
  | {
      readonly kind: "group-norm";
      readonly name: string;
      readonly input: string;
      readonly side: number;
      readonly groups: number;
      readonly epsilon: number;
      readonly gamma: Parameter;
      readonly beta: Parameter;
    }
  | {
      readonly kind: "response-norm";
      readonly name: string;
      readonly input: string;
      readonly epsilon: number;
      readonly gamma: Parameter;
      readonly beta: Parameter;
    }
  | {
      /**
       * Maxima, of which what is padded never is one: the inputs are outputs of a ReLU, so it may be zeros. Or means, in
       * which zeros around the image count.
       */
      readonly kind: "pooling";
      readonly name: string;
      readonly input: string;
      readonly side: number;
      readonly pooling: Pooling & { readonly kind: "max" | "average" };
    };

/** What a layer gives: its name, and the side of its output. */
interface Value {
  readonly name: string;
  readonly side: number;
}

/**
 * The layers of the base, in an order in which inputs come first; the last one's output is to be pooled.
 *
 * Batch norm is folded into the convolutions with the very arithmetic of our own predictions, so an export
 * multiplies by the same float32 kernels. Batch norm layers of their own would round at other places, and
 * run slower. A norm without a convolution before it, and a layer scale, are pointwise depthwise convolutions.
 * @param input name of the scaled pixels
 */
export function networkLayers(model: TrainedModel, input: string): readonly Layer[] {
  const { architecture, parameters } = model;
  const layers: Layer[] = [];

  function addActivation(x: Value, activation: Activation): Value {
    if (activation === "none") return x;
    const name = `${x.name}.${activation}`;
    layers.push({ kind: "activation", name, input: x.name, activation });
    return { ...x, name };
  }

  function addConvolution(x: Value, unit: ConvUnit): Value {
    const { name, activation } = unit;
    layers.push({ kind: "convolution", name, input: x.name, side: x.side, unit, ...weightsOf(unit) });
    const [kernel] = [unit.kernel].flat();
    return addActivation(
      { name, side: windowsAlong(x.side, { ...unit, kernel: kernel as number }) },
      activation,
    );
  }

  function weightsOf(unit: ConvUnit): { readonly kernel: Parameter; readonly bias: Parameter } {
    if (isNormed(unit)) return foldUnit(parameters, unit, architecture.epsilon);
    const kernel = parameter(parameters, `${unit.name}.kernel`);
    const shape = [unit.outChannels];
    const none = { shape, data: new Float32Array(unit.outChannels) };
    return { kernel, bias: unit.offset === "bias" ? parameter(parameters, `${unit.name}.bias`) : none };
  }

  /** `x · factor + bias`, channel by channel. */
  function addFactors(x: Value, unit: NormUnit | ScaleUnit, factors: Parameter, bias: Parameter): Value {
    const { name, channels } = unit;
    const convolution = pointwise(name, "depthwise", channels, channels);
    const kernel = { shape: [1, 1, channels, 1], data: factors.data };
    layers.push({ kind: "convolution", name, input: x.name, side: x.side, unit: convolution, kernel, bias });
    return { ...x, name };
  }

  function addSqueeze(x: Value, { name, channels, hidden, activation, gate }: SqueezeUnit): Value {
    const means = `${name}.means`;
    layers.push({ kind: "means", name: means, input: x.name, channels });
    const dense = (input: Value, role: "reduce" | "expand", from: number, to: number): Value => {
      const unit = pointwise(`${name}.${role}`, "full", from, to);
      const { data } = parameter(parameters, `${unit.name}.kernel`);
      layers.push({
        kind: "convolution",
        name: unit.name,
        input: input.name,
        side: 1,
        unit,
        kernel: { shape: [1, 1, from, to], data },
        bias: parameter(parameters, `${unit.name}.bias`),
      });
      return { name: unit.name, side: 1 };
    };
    const reduced = addActivation(dense({ name: means, side: 1 }, "reduce", channels, hidden), activation);
    const gates = addActivation(dense(reduced, "expand", hidden, channels), gate);
    layers.push({ kind: "product", name, inputs: [x.name, gates.name] });
    return { ...x, name };
  }

  function affineOf(name: string): { readonly gamma: Parameter; readonly beta: Parameter } {
    const part = (which: string): Parameter => parameter(parameters, `${name}.${which}`);
    return { gamma: part("gamma"), beta: part("beta") };
  }

  function addLayerNorm(x: Value, { kind, name, epsilon }: LayerNormUnit | ResponseNormUnit): Value {
    layers.push({ kind, name, input: x.name, epsilon, ...affineOf(name) });
    return { ...x, name };
  }

  function addGroupNorm(x: Value, { kind, name, groups, epsilon, activation }: GroupNormUnit): Value {
    layers.push({ kind, name, input: x.name, side: x.side, groups, epsilon, ...affineOf(name) });
    return addActivation({ ...x, name }, activation);
  }

  /** A convolution of one pixel without bias; `kernel` is `[inputs, outputs]`. */
  function addMatrix(x: Value, name: string, inputs: number, kernel: Float32Array): Value {
    const outputs = kernel.length / inputs;
    layers.push({
      kind: "convolution",
      name,
      input: x.name,
      side: x.side,
      unit: pointwise(name, "full", inputs, outputs),
      kernel: { shape: [1, 1, inputs, outputs], data: kernel },
      bias: { shape: [outputs], data: new Float32Array(outputs) },
    });
    return { ...x, name };
  }

  function addGraph(x: Value, { name, images }: GraphUnit): Value {
    const values = [x];
    images.forEach(({ inputs, join, spread, activation = "none", units }, index) => {
      const given = inputs.map((input) => values[input] as Value);
      const side = (given.find((_, i) => inputs[i] !== spread) as Value).side;
      const own = `${name}.image${index + 1}`;
      const joined = join === undefined ? (given[0] as Value) : addJoin({ name: own, side }, join, given);
      values.push(units.reduce(addUnit, addActivation(joined, activation)));
    });
    return values.at(-1) ?? x;
  }

  /** Two at a time, but what is put one after the other. */
  function addJoin(made: Value, join: NonNullable<GraphImage["join"]>, given: readonly Value[]): Value {
    if (join === "concat") {
      layers.push({ kind: "concat", name: made.name, inputs: given.map(({ name }) => name) });
      return made;
    }
    const kind = join === "add" ? "add" : "product";
    given.slice(1).reduce((before, { name: other }, index) => {
      const name = index === given.length - 2 ? made.name : `${made.name}.${index + 1}`;
      layers.push({ kind, name, inputs: [before, other] });
      return name;
    }, given[0]?.name ?? "");
    return made;
  }

  function addUnit(x: Value, unit: Unit): Value {
    switch (unit.kind) {
      case "full":
      case "depthwise":
      case "grouped":
        return addConvolution(x, unit);
      case "norm": {
        const { scale, shift } = foldNorm(parameters, unit, architecture.epsilon);
        return addActivation(addFactors(x, unit, scale, shift), unit.activation);
      }
      case "scale": {
        const factors = parameter(parameters, `${unit.name}.gamma`);
        const none = { ...factors, data: new Float32Array(factors.data.length) };
        return addFactors(x, unit, factors, none);
      }
      case "layer-norm":
      case "response-norm":
        return addLayerNorm(x, unit);
      case "group-norm":
        return addGroupNorm(x, unit);
      case "squeeze":
        return addSqueeze(x, unit);
      case "max":
      case "average":
        return addPooling(x, unit.name, unit);
      case "means":
        layers.push({ kind: "means", name: unit.name, input: x.name, channels: unit.channels });
        return { name: unit.name, side: 1 };
      case "concat": {
        const ends = unit.branches.map((branch) => branch.reduce(addUnit, x));
        layers.push({ kind: "concat", name: unit.name, inputs: ends.map(({ name }) => name) });
        return { name: unit.name, side: ends[0]?.side ?? x.side };
      }
      case "channel-conv":
        return addMatrix(
          x,
          unit.name,
          unit.channels,
          band(unit, parameter(parameters, `${unit.name}.kernel`)),
        );
      case "choice":
        return addMatrix(x, unit.name, unit.channels, choosing(unit));
      case "resize":
        layers.push({
          ...{ kind: "resize", name: unit.name, input: x.name, channels: unit.channels, resizing: unit },
        });
        return { name: unit.name, side: unit.to };
      case "graph":
        return addGraph(x, unit);
    }
  }

  function addSum(name: string, y: Value, shortcut: Value): Value {
    layers.push({ kind: "add", name, inputs: [y.name, shortcut.name] });
    return { ...y, name };
  }

  function addPooling(x: Value, name: string, pooling: Pooling & { kind: "max" | "average" }): Value {
    layers.push({ kind: "pooling", name, input: x.name, side: x.side, pooling });
    return { name, side: windowsAlong(x.side, pooling) };
  }

  function addBlock(x: Value, block: Block): Value {
    const { name, units, residual, projection, shortcut = [], activation = "none", pool } = block;
    let y = units.reduce(addUnit, x);
    if (residual) {
      const other = projection === undefined ? shortcut.reduce(addUnit, x) : addUnit(x, projection);
      y = addSum(`${name}.add`, y, other);
    }
    y = addActivation(y, activation);
    return pool === undefined ? y : addPooling(y, `${name}.pool`, { ...pool, kind: "max" });
  }

  architecture.groups
    .flatMap(({ blocks }) => blocks)
    .reduce<Value>(addBlock, { name: input, side: model.input.size });
  return layers;
}

/** `[in, out]` of noughts, and a one for each channel that is chosen. */
function choosing({ channels, chosen }: ChoiceUnit): Float32Array {
  const kernel = new Float32Array(channels * chosen.length);
  for (const [to, from] of chosen.entries()) kernel[from * chosen.length + to] = 1;
  return kernel;
}

/** `[in, out]`: what each channel takes of its neighbours. */
function band({ channels, kernel: size }: ChannelConvUnit, { data }: Parameter): Float32Array {
  const kernel = new Float32Array(channels ** 2);
  for (let to = 0; to < channels; to++) {
    for (let tap = 0; tap < size; tap++) {
      const from = to + tap - (size - 1) / 2;
      if (from >= 0 && from < channels) kernel[from * channels + to] = data[tap] ?? Number.NaN;
    }
  }
  return kernel;
}

function pointwise(
  name: string,
  kind: "full" | "depthwise",
  inChannels: number,
  outChannels: number,
): ConvUnit {
  return { name, kind, kernel: 1, stride: 1, padding: "same", inChannels, outChannels, activation: "none" };
}
