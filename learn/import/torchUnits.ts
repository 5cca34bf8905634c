/** Maps state dicts of PyTorch onto our names and layouts, given how a checkpoint names each unit. */
import { isDeepStrictEqual } from "node:util";
import { ThawError } from "../../spec/errors.js";
import {
  type Architecture,
  type ConvUnit,
  kernelShape,
  unitsOf,
  type WeightedUnit,
} from "../bases/architecture.js";
import type { Parameter, Parameters } from "../network/parameters.js";
import type { CheckpointTensor } from "./tensorViews.js";

/** What the parts of a unit are called in a checkpoint; a unit asks for those that it has. */
export interface PortNames {
  /** A convolution. */
  readonly conv?: string;
  /** A pointwise convolution that is kept as a fully connected layer, `[out, in]`. */
  readonly linear?: string;
  /** A batch norm or a layer norm. */
  readonly norm?: string;
  /** Whether that norm has no factors, which so are ones. */
  readonly isUnscaled?: true;
  /** The two convolutions of squeeze-and-excitation. */
  readonly reduce?: string;
  readonly expand?: string;
  /** The factors of a layer scale, a tensor without parts. */
  readonly scale?: string;
  /** The same, kept as `[channels, 1, 1]`. */
  readonly spatialScale?: string;
}

export interface Naming {
  /** By the unit's name. */
  readonly units: ReadonlyMap<string, PortNames>;
  /** Whose names are understood, for messages: "torchvision or timm". */
  readonly sources: string;
  /**
   * What its batch norms add to the variance, where that is more than the architecture's: the difference is added to the
   * variances, which gives the same numbers.
   */
  readonly epsilon?: number;
  /** Of the pretraining's classifier, where that is read. */
  readonly classifier?: string;
  /** What files with such names do not say of the network, as a sentence. */
  readonly notice?: string;
}

/** Outputs that are turned at once: a row of each is read on, and what is written lies on few cache lines. */
const TURNED_AT_ONCE = 32;

/** PyTorch keeps convolutions as [out, in, h, w]; a depthwise one, which has one output here, as [channels, 1, h, w]. */
export function transposeKernel(tensor: CheckpointTensor, unit: ConvUnit): Parameter {
  const [height, width, input, output] = kernelShape(unit);
  return { shape: [height, width, input, output], data: turned(tensor.data, output, input, height * width) };
}

/** `[out, in]` as `[in, out]` */
export function transposeMatrix({ data }: CheckpointTensor, input: number, output: number): Parameter {
  return { shape: [input, output], data: turned(data, output, input, 1) };
}

/** `[output, input, taps]` as `[taps, input, output]` */
function turned(from: Float32Array, output: number, input: number, taps: number): Float32Array {
  const data = new Float32Array(output * input * taps);
  for (let first = 0; first < output; first += TURNED_AT_ONCE) {
    const end = Math.min(output, first + TURNED_AT_ONCE);
    for (let i = 0; i < input; i++) {
      for (let tap = 0; tap < taps; tap++) {
        const to = (tap * input + i) * output;
        // What is not there becomes NaN.
        for (let o = first; o < end; o++) data[to + o] = from[(o * input + i) * taps + tap] as number;
      }
    }
  }
  return data;
}

function weightShape(unit: ConvUnit): readonly number[] {
  const [height, width, input, output] = kernelShape(unit);
  return unit.kind === "depthwise" ? [input, 1, height, width] : [output, input, height, width];
}

/** A tensor of a checkpoint that becomes a parameter. */
export interface Taken {
  readonly ours: string;
  readonly theirs: string;
  readonly shape: readonly number[];
  become(tensor: CheckpointTensor): Parameter;
}

/** @param more is added to the variances */
function takenOf(unit: WeightedUnit, port: PortNames, more: number): readonly Taken[] {
  const part = (name: Exclude<keyof PortNames, "isUnscaled">): string => {
    const found = port[name];
    if (found === undefined) throw new Error(`no ${name} is named for ${unit.name}`);
    return found;
  };
  const vector = (ours: string, theirs: string, length: number): Taken => ({
    ours: `${unit.name}.${ours}`,
    theirs,
    shape: [length],
    become: ({ data }) => ({ shape: [length], data }),
  });
  const affine = (norm: string, channels: number): readonly Taken[] => {
    const shift = vector("beta", `${norm}.bias`, channels);
    if (port.isUnscaled !== true) return [vector("gamma", `${norm}.weight`, channels), shift];
    // As many as there are shifts.
    const ones = { ...shift, ours: `${unit.name}.gamma` };
    return [
      { ...ones, become: ({ shape, data }) => ({ shape, data: new Float32Array(data.length).fill(1) }) },
      shift,
    ];
  };
  const raised = (taken: Taken): Taken => {
    if (more === 0) return taken;
    return { ...taken, become: ({ shape, data }) => ({ shape, data: data.map((value) => value + more) }) };
  };
  const batchNorm = (channels: number): readonly Taken[] => [
    ...affine(part("norm"), channels),
    vector("mean", `${part("norm")}.running_mean`, channels),
    raised(vector("variance", `${part("norm")}.running_var`, channels)),
  ];
  const kernelOf = (conv: ConvUnit): Taken => {
    const shape = port.linear === undefined ? weightShape(conv) : [conv.outChannels, conv.inChannels];
    return {
      ours: `${unit.name}.kernel`,
      theirs: `${port.linear ?? part("conv")}.weight`,
      shape,
      become: (tensor) => transposeKernel(tensor, conv),
    };
  };
  const pointwise = (role: "reduce" | "expand", input: number, output: number): readonly Taken[] => [
    {
      ours: `${unit.name}.${role}.kernel`,
      theirs: `${part(role)}.weight`,
      shape: [output, input, 1, 1],
      become: (tensor) => transposeMatrix(tensor, input, output),
    },
    vector(`${role}.bias`, `${part(role)}.bias`, output),
  ];
  const convolutionOf = (conv: ConvUnit): readonly Taken[] => {
    switch (conv.offset ?? "norm") {
      case "norm":
        return [kernelOf(conv), ...batchNorm(conv.outChannels)];
      case "bias":
        return [kernelOf(conv), vector("bias", `${port.linear ?? part("conv")}.bias`, conv.outChannels)];
      case "none":
        return [kernelOf(conv)];
    }
  };
  switch (unit.kind) {
    case "full":
    case "depthwise":
    case "grouped":
      return convolutionOf(unit);
    case "norm":
      return batchNorm(unit.channels);
    case "layer-norm":
    case "group-norm":
    case "response-norm":
      return affine(part("norm"), unit.channels);
    case "squeeze":
      return [
        ...pointwise("reduce", unit.channels, unit.hidden),
        ...pointwise("expand", unit.hidden, unit.channels),
      ];
    case "channel-conv":
      return [{ ...vector("kernel", `${part("conv")}.weight`, unit.kernel), shape: [1, 1, unit.kernel] }];
    case "scale": {
      if (port.spatialScale === undefined) return [vector("gamma", part("scale"), unit.channels)];
      const factors = vector("gamma", port.spatialScale, unit.channels);
      return [{ ...factors, shape: [unit.channels, 1, 1] }];
    }
  }
}

/** All that is asked of a checkpoint, from the input up. */
export function allTaken(architecture: Architecture, { units, epsilon }: Naming): readonly Taken[] {
  const more = (epsilon ?? architecture.epsilon) - architecture.epsilon;
  if (more < 0) throw new Error("an architecture has the smallest epsilon of its sources");
  return architecture.groups.flatMap(unitsOf).flatMap((unit) => takenOf(unit, portOf(unit, units), more));
}

/** Names and shapes of all that {@link importUnits} asks of a checkpoint, from the input up. */
export function expectedTensors(
  architecture: Architecture,
  naming: Naming,
): ReadonlyMap<string, readonly number[]> {
  return new Map(allTaken(architecture, naming).map(({ theirs, shape }) => [theirs, shape]));
}

function portOf({ name }: WeightedUnit, units: Naming["units"]): PortNames {
  const port = units.get(name);
  if (port === undefined) throw new Error(`no port name for ${name}`);
  return port;
}

/**
 * @returns the parameters of every unit; classifiers and the like are left
 * @throws ThawError DATA_INVALID with the first tensors that do not fit
 */
export function importUnits(
  architecture: Architecture,
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
  naming: Naming,
): Parameters {
  const misfits: string[] = [];
  const take = (name: string, shape: readonly number[]): CheckpointTensor => {
    const tensor = checkpoint.get(name);
    if (tensor !== undefined && isDeepStrictEqual([...tensor.shape], [...shape])) return tensor;
    const found = tensor === undefined ? "is missing" : `has the shape ${shapeText(tensor.shape)}`;
    misfits.push(`${name} ${found}${tensor === undefined ? "" : ` instead of ${shapeText(shape)}`}`);
    return { shape, data: new Float32Array() };
  };
  const parameters = new Map<string, Parameter>();
  const all = allTaken(architecture, naming);
  for (const { ours, theirs, shape, become } of all) {
    const tensor = take(theirs, shape);
    // What does not fit is not worth the millions of steps.
    if (misfits.length === 0) parameters.set(ours, become(tensor));
  }
  if (misfits.length > 0) throw doesNotFit(misfits, all.length, naming);
  const [surplus] = surplusNorms(checkpoint, naming);
  if (surplus !== undefined) {
    throw new ThawError(
      "DATA_INVALID",
      `the architecture has no batch norm ${surplus}, the checkpoint does`,
      {
        hint: "is this a checkpoint of a deeper variant?",
      },
    );
  }
  return parameters;
}

/** Batch norms beside the architecture's own: what fits may still be a part of a deeper network. */
function surplusNorms(
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
  { units }: Naming,
): readonly string[] {
  const known = new Set([...units.values()].flatMap(({ norm }) => norm ?? []));
  const first = (name: string): string => name.split(".")[0] ?? "";
  // A user's own classifier may have some, under a name of its own.
  const parts = new Set([...known].map(first));
  return [...checkpoint.keys()]
    .filter((name) => name.endsWith(MEAN_SUFFIX))
    .map((name) => name.slice(0, -MEAN_SUFFIX.length))
    .filter((norm) => parts.has(first(norm)) && !known.has(norm));
}

const MEAN_SUFFIX = ".running_mean";

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** The first ones show what is wrong: other names, or another size. */
const MOST_NAMED = 4;

function doesNotFit(misfits: readonly string[], all: number, { sources }: Naming): ThawError {
  const more = misfits.length - MOST_NAMED;
  const named = misfits.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return new ThawError("DATA_INVALID", `${misfits.length} of ${all} tensors do not fit: tensor ${named}`, {
    hint: `is this a checkpoint of the architecture that the base names, with the names of ${sources}?`,
  });
}
