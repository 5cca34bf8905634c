/** A trained network as a list of plain layers, which a format only has to spell in its own words. */
import type { Block, ConvUnit } from "../learn/bases/architecture.js";
import { foldUnit } from "../learn/fold.js";
import type { Activation } from "../learn/ops.js";
import type { Parameter } from "../learn/parameters.js";
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
  | { readonly kind: "add"; readonly name: string; readonly inputs: readonly [string, string] };

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

  function addUnit(x: Value, unit: ConvUnit): Value {
    const { name, activation, stride } = unit;
    const folded = foldUnit(parameters, unit, architecture.epsilon);
    layers.push({ kind: "convolution", name, input: x.name, side: x.side, unit, ...folded });
    const side = Math.ceil(x.side / stride);
    if (activation === "none") return { name, side };
    layers.push({ kind: "activation", name: `${name}.${activation}`, input: name, activation });
    return { name: `${name}.${activation}`, side };
  }

  function addBlock(x: Value, { name, units, residual }: Block): Value {
    const y = units.reduce(addUnit, x);
    if (!residual) return y;
    layers.push({ kind: "add", name: `${name}.add`, inputs: [y.name, x.name] });
    return { ...y, name: `${name}.add` };
  }

  architecture.groups
    .flatMap(({ blocks }) => blocks)
    .reduce<Value>(addBlock, { name: input, side: model.input.size });
  return layers;
}
