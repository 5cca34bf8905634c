/**
 * The layers of a Keras model's file as state dicts with PyTorch's names and layouts: `LAYER.weight` and `LAYER.bias` of
 * convolutions and dense layers, and the four vectors of batch norms. What maps them to units is the same then.
 */

import type { H5Dataset, H5File } from "../hdf5/file.js";
import { shown } from "../names.js";
import type { CheckpointTensor } from "../tensorViews.js";
import type { StateDict } from "../torchState.js";
import { CONTAINERS, type PixelLayers, pixelLayersOf } from "./pixels.js";

/** A variable of a layer. */
interface Variable {
  /** The layers that the layer lies in, joined by dots: of a model within a model. */
  readonly within: string;
  readonly layer: string;
  /** Name in PyTorch. */
  readonly name: string;
  readonly dataset: H5Dataset;
}

/** Names of Keras' variables, of all versions, and PyTorch's. */
const VARIABLES: Readonly<Record<string, string>> = {
  kernel: "weight",
  depthwise_kernel: "weight",
  bias: "bias",
  gamma: "weight",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/** A batch norm's variables, in the order in which Keras 3 numbers them. */
const NORM = ["weight", "bias", "running_mean", "running_var"];

/** What belongs to a training, not to the network. */
const BESIDE = new Set(["optimizer", "optimizer_weights", "metrics", "top_level_model_weights"]);

/**
 * @returns a dict for the model and one for each model within it
 * @throws ThawError by `invalid` where two variables of a model may be the same one
 */
export function kerasDicts(file: H5File, invalid: Invalid): readonly StateDict[] {
  const found = new Map<string, Variable[]>();
  for (const variable of [...namedVariables(file.datasets), ...numberedVariables(file)]) {
    const own = found.get(variable.within) ?? [];
    own.push(variable);
    found.set(variable.within, own);
  }
  const pixels = pixelLayersOf(file);
  return [...found].map(([within, variables]) => dictOf(within, variables, file, pixels(within), invalid));
}

type Invalid = (what: string, hint?: string) => Error;

/** `LAYER/…/kernel:0`: `model.save_weights` and `model.save` of Keras 2, and of Keras 3 into `.h5`. */
function namedVariables(datasets: readonly H5Dataset[]): readonly Variable[] {
  return datasets.flatMap((dataset): readonly Variable[] => {
    const path = dataset.path[0] === "model_weights" ? dataset.path.slice(1) : dataset.path;
    const [top] = path;
    const slashed = slashedLayer(path);
    const name = VARIABLES[path.at(-1)?.replace(/:\d+$/, "") ?? ""];
    if (name === undefined || top === undefined || path.length < 2 || BESIDE.has(top)) return [];
    if (slashed !== undefined) return [{ ...slashed, name, dataset }];
    const layer = path.at(-2) ?? top;
    const within = layer === top ? "" : path.slice(0, -2).join(".");
    return [{ within, layer, name, dataset }];
  });
}

/**
 * Keras 2 has slashes in two layers' names of DenseNet, `conv1/conv` and `conv1/bn`, which Keras 3 calls `conv1_conv` and
 * `conv1_bn`: each lies in a group within a group.
 */
function slashedLayer(path: readonly string[]): Pick<Variable, "within" | "layer"> | undefined {
  const [first, second] = path.slice(-3);
  if (path.length < 4 || first !== "conv1" || (second !== "conv" && second !== "bn")) return undefined;
  const around = path.slice(0, -3).join(".");
  const layer = `${first}_${second}`;
  return { within: around === `${first}.${second}` || around === layer ? "" : around, layer };
}

/**
 * `layers/CLASS_N/vars/0`: Keras 3's `.keras` and `.weights.h5`, and `.keras` of Keras 2. The variables have numbers; the
 * name of the layer is an attribute, and where older versions have none, the class and the number stand for it.
 */
function numberedVariables({ datasets, names }: H5File): readonly Variable[] {
  const layers = new Map<string, H5Dataset[]>();
  for (const dataset of datasets) {
    const { path } = dataset;
    if (path.at(-2) !== "vars" || BESIDE.has(path[0] ?? "")) continue;
    const layer = path.slice(0, -1).join("/");
    const own = layers.get(layer) ?? [];
    own.push(dataset);
    layers.set(layer, own);
  }
  return [...layers].flatMap(([path, own]) => {
    const parts = path.split(/[/\\]/).slice(0, -1);
    const layer = names.get(path) || (parts.at(-1) ?? "");
    const within = parts
      .slice(0, -1)
      .filter((part) => !CONTAINERS.has(part))
      .join(".");
    return rolesOf(own).map(([name, dataset]) => ({ within, layer, name, dataset }));
  });
}

/** Variables are told by how many there are and by their axes: a kernel has two or four. */
function rolesOf(own: readonly H5Dataset[]): readonly (readonly [name: string, dataset: H5Dataset])[] {
  const numbered = [...own].sort((a, b) => Number(a.path.at(-1)) - Number(b.path.at(-1)));
  const axes = numbered.map(({ shape }) => shape.length).join();
  const roles =
    {
      "4": ["weight"],
      "4,1": ["weight", "bias"],
      "2,1": ["weight", "bias"],
      "1,1,1,1": NORM,
      // Without factors, as those of Inception-v3.
      "1,1,1": NORM.slice(1),
    }[axes] ?? [];
  return roles.flatMap((role, i) => {
    const dataset = numbered[i];
    return dataset === undefined ? [] : [[role, dataset] as const];
  });
}

function dictOf(
  wrapper: string,
  variables: readonly Variable[],
  file: H5File,
  pixelLayers: PixelLayers | undefined,
  invalid: Invalid,
): StateDict {
  const first = firstNumbers(variables);
  const named = new Map<string, H5Dataset>();
  for (const { layer, name, dataset } of variables) {
    const full = `${renumbered(layer, first)}.${name}`;
    const other = named.get(full);
    if (other !== undefined)
      throw invalid(
        `${pathOf(other)} and ${pathOf(dataset)} may both be ${shown(full)}`,
        "save the model that you mean alone, with model.save_weights(FILE)",
      );
    named.set(full, dataset);
  }
  const converted = [...named].filter(([, { type }]) => type !== "float32");
  return {
    wrapper,
    shapes: new Map([...named].map(([name, { shape }]) => [name, torchShape(shape)])),
    ...(pixelLayers === undefined ? {} : { pixelLayers }),
    types: new Map(converted.map(([name, { type }]) => [name, type])),
    read: (names) => {
      const found = new Map<string, CheckpointTensor>();
      for (const name of names) {
        const dataset = named.get(name);
        if (dataset !== undefined) found.set(name, asTorch(file.read(dataset)));
      }
      return found;
    },
  };
}

const pathOf = ({ path }: H5Dataset): string => shown(path.join("/"));

/** A layer without a name of its own has that of its class, and the number that it is in the session: the first has none. */
const NUMBERED = /^(conv2d|batch_normalization)(?:_(\d+))?$/;

/** The least number of each class: above nought where the session made other models before, and in Keras of old. */
function firstNumbers(variables: readonly Variable[]): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const { layer } of variables) {
    const [, kind, number = "0"] = NUMBERED.exec(layer) ?? [];
    if (kind !== undefined) least.set(kind, Math.min(least.get(kind) ?? Infinity, Number(number)));
  }
  return least;
}

function renumbered(layer: string, first: ReadonlyMap<string, number>): string {
  const [, kind = "", number = "0"] = NUMBERED.exec(layer) ?? [];
  const from = first.get(kind) ?? 0;
  if (from === 0) return layer;
  return Number(number) === from ? kind : `${kind}_${Number(number) - from}`;
}

/** Depthwise kernels are [h, w, channels, 1] in Keras and [channels, 1, h, w] in PyTorch. */
function torchShape(shape: readonly number[]): readonly number[] {
  const [height = 0, width = 0, input = 0, output = 0] = shape;
  if (shape.length === 2) return [width, height];
  if (shape.length !== 4) return shape;
  return output === 1 ? [input, 1, height, width] : [output, input, height, width];
}

/** Kernels of Keras have their outputs last, those of PyTorch first. */
function asTorch({ shape, data }: CheckpointTensor): CheckpointTensor {
  if (shape.length !== 4 && shape.length !== 2) return { shape, data };
  const [input = 0, output = 0] = shape.slice(-2);
  const taps = data.length / (input * output || 1);
  const turned = new Float32Array(data.length);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < input; i++) {
      for (let o = 0; o < output; o++) {
        turned[(o * input + i) * taps + tap] = data[(tap * input + i) * output + o] ?? Number.NaN;
      }
    }
  }
  return { shape: torchShape(shape), data: turned };
}
