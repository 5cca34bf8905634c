/** Maps state dicts of PyTorch onto our names and layouts, given how a checkpoint names each unit. */
import { isDeepStrictEqual } from "node:util";
import { ThawError } from "../../spec/errors.js";
import { type Architecture, type ConvUnit, kernelShape, unitsOf } from "../bases/architecture.js";
import type { Parameter, Parameters } from "../network/parameters.js";
import type { CheckpointTensor } from "./tensorViews.js";

/** Names of a unit's convolution and batch norm in a checkpoint. */
export interface PortNames {
  readonly conv: string;
  readonly norm: string;
}

export interface Naming {
  /** By the unit's name. */
  readonly units: ReadonlyMap<string, PortNames>;
  /** Whose names are understood, for messages: "torchvision or timm". */
  readonly sources: string;
  /** Of the pretraining's classifier, where that is read. */
  readonly classifier?: string;
}

/** PyTorch keeps convolutions as [out, in, h, w]; a depthwise one as [channels, 1, h, w]. */
function transposeKernel(tensor: CheckpointTensor, unit: ConvUnit): Parameter {
  const [height, width, input, output] = kernelShape(unit);
  const data = new Float32Array(height * width * input * output);
  const taps = height * width;
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < input; i++) {
      for (let o = 0; o < output; o++) {
        const from = unit.kind === "depthwise" ? i * taps + tap : (o * input + i) * taps + tap;
        data[(tap * input + i) * output + o] = tensor.data[from] ?? Number.NaN;
      }
    }
  }
  return { shape: [height, width, input, output], data };
}

const VECTORS = { gamma: "weight", beta: "bias", mean: "running_mean", variance: "running_var" };

function weightShape(unit: ConvUnit): readonly number[] {
  const [height, width, input, output] = kernelShape(unit);
  return unit.kind === "depthwise" ? [input, 1, height, width] : [output, input, height, width];
}

/** Names and shapes of all that {@link importUnits} asks of a checkpoint, from the input up. */
export function expectedTensors(
  architecture: Architecture,
  { units }: Naming,
): ReadonlyMap<string, readonly number[]> {
  const expected = new Map<string, readonly number[]>();
  for (const unit of architecture.groups.flatMap(unitsOf)) {
    const port = portOf(unit, units);
    expected.set(`${port.conv}.weight`, weightShape(unit));
    for (const vector of Object.values(VECTORS)) expected.set(`${port.norm}.${vector}`, [unit.outChannels]);
  }
  return expected;
}

function portOf({ name }: ConvUnit, units: Naming["units"]): PortNames {
  const port = units.get(name);
  if (port === undefined) throw new Error(`no port name for ${name}`);
  return port;
}

/**
 * @returns `UNIT.kernel|gamma|beta|mean|variance` of every unit; classifiers and the like are left
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
  const units = architecture.groups.flatMap(unitsOf);
  for (const unit of units) {
    const port = portOf(unit, naming.units);
    const kernel = take(`${port.conv}.weight`, weightShape(unit));
    // What does not fit is not worth the millions of steps.
    if (misfits.length === 0) parameters.set(`${unit.name}.kernel`, transposeKernel(kernel, unit));
    for (const [ours, theirs] of Object.entries(VECTORS)) {
      const { data } = take(`${port.norm}.${theirs}`, [unit.outChannels]);
      parameters.set(`${unit.name}.${ours}`, { shape: [unit.outChannels], data });
    }
  }
  if (misfits.length > 0) throw doesNotFit(misfits, PARAMETERS_PER_UNIT * units.length, naming);
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
  const known = new Set([...units.values()].map(({ norm }) => norm));
  const first = (name: string): string => name.split(".")[0] ?? "";
  // A user's own classifier may have some, under a name of its own.
  const parts = new Set([...known].map(first));
  return [...checkpoint.keys()]
    .filter((name) => name.endsWith(MEAN_SUFFIX))
    .map((name) => name.slice(0, -MEAN_SUFFIX.length))
    .filter((norm) => parts.has(first(norm)) && !known.has(norm));
}

const MEAN_SUFFIX = ".running_mean";

/** A kernel and the four vectors of a batch norm. */
const PARAMETERS_PER_UNIT = 5;

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
