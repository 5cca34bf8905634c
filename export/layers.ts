/** A trained network as a list of plain layers, which a format only has to spell in its own words. */
import { type Block, type ConvUnit, windowsAlong } from "../learn/bases/architecture.js";
import { foldUnit } from "../learn/network/foldBatchNorm.js";
import type { Activation, Pooling } from "../learn/network/ops.js";
import type { Parameter } from "../learn/network/parameters.js";
import type { TrainedModel } from "./trainedModel.js";

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
      readonly activation: Exclude<Activation, "none">;
    }
  | { readonly kind: "add"; readonly name: string; readonly inputs: readonly [string, string] }
  | {
      /** Maxima; what is padded never is one. The inputs are outputs of a ReLU, so it may be zeros. */
      readonly kind: "pooling";
      readonly name: string;
      readonly input: string;
      readonly side: number;
      readonly pooling: Pooling;
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
 * run slower.
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

  function addUnit(x: Value, unit: ConvUnit): Value {
    const { name, activation } = unit;
    const folded = foldUnit(parameters, unit, architecture.epsilon);
    layers.push({ kind: "convolution", name, input: x.name, side: x.side, unit, ...folded });
    return addActivation({ name, side: windowsAlong(x.side, unit) }, activation);
  }

  function addSum(name: string, y: Value, shortcut: Value): Value {
    layers.push({ kind: "add", name, inputs: [y.name, shortcut.name] });
    return { ...y, name };
  }

  function addPooling(name: string, x: Value, pooling: Pooling): Value {
    layers.push({ kind: "pooling", name, input: x.name, side: x.side, pooling });
    return { name, side: windowsAlong(x.side, pooling) };
  }

  function addBlock(x: Value, block: Block): Value {
    const { name, units, residual, projection, activation = "none", pool } = block;
    let y = units.reduce(addUnit, x);
    if (residual) y = addSum(`${name}.add`, y, projection === undefined ? x : addUnit(x, projection));
    y = addActivation(y, activation);
    return pool === undefined ? y : addPooling(`${name}.pool`, y, pool);
  }

  architecture.groups
    .flatMap(({ blocks }) => blocks)
    .reduce<Value>(addBlock, { name: input, side: model.input.size });
  return layers;
}
