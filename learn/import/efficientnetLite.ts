/** Maps EfficientNet-Lite state dicts, with the names of the PyTorch port or of timm, onto our names and layouts. */
import { isDeepStrictEqual } from "node:util";
import { ThawError } from "../../spec/errors.js";
import { type Architecture, type Block, type ConvUnit, kernelShape, unitsOf } from "../bases/architecture.js";
import type { Parameter, Parameters } from "../parameters.js";
import type { CheckpointTensor } from "./torchState.js";

/** Names of a unit's convolution and batch norm in a checkpoint. */
interface PortNames {
  readonly conv: string;
  readonly norm: string;
}

interface Naming {
  readonly classifier: string;
  readonly units: ReadonlyMap<string, PortNames>;
}

function inverted(architecture: Architecture): readonly Block[] {
  return architecture.groups.flatMap((group) => (group.name.startsWith("blocks.") ? group.blocks : []));
}

/**
 * The names of `efficientnet-lite-pytorch`: blocks are numbered through, batch norms within a block from 1
 * where nothing expands.
 */
function portNaming(architecture: Architecture): Naming {
  const units = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "_conv_stem", norm: "_bn0" }],
    ["top.0.conv", { conv: "_conv_head", norm: "_bn1" }],
  ]);
  inverted(architecture).forEach((block, index) => {
    for (const role of ["expand", "depthwise", "project"] as const) {
      const norm = { expand: "_bn0", depthwise: "_bn1", project: "_bn2" }[role];
      const conv = `_blocks.${index}._${role}_conv`;
      units.set(`${block.name}.${role}`, { conv, norm: `_blocks.${index}.${norm}` });
    }
  });
  return { classifier: "_fc", units };
}

/**
 * The names of timm (`tf_efficientnet_lite0` and so on): a block's convolutions are `conv_pw`, `conv_dw` and
 * `conv_pwl`, its batch norms count from 1; where nothing expands, the last convolution is `conv_pw`.
 */
function timmNaming(architecture: Architecture): Naming {
  const units = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "conv_stem", norm: "bn1" }],
    ["top.0.conv", { conv: "conv_head", norm: "bn2" }],
  ]);
  for (const { name, units: own } of inverted(architecture)) {
    const convs = own.length === 3 ? ["conv_pw", "conv_dw", "conv_pwl"] : ["conv_dw", "conv_pw"];
    own.forEach((unit, index) => {
      units.set(unit.name, { conv: `${name}.${convs[index]}`, norm: `${name}.bn${index + 1}` });
    });
  }
  return { classifier: "classifier", units };
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

/**
 * @returns `UNIT.kernel|gamma|beta|mean|variance` of every unit, and the classifier of the pretraining, if the
 *   checkpoint has one, as `classifier.kernel` `[features, classes]` and `classifier.bias` `[classes]`
 * @throws ThawError DATA_INVALID with the first tensors that do not fit
 */
export function importEfficientNetLite(
  architecture: Architecture,
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
): Parameters {
  const misfits: string[] = [];
  const take = (name: string, shape: readonly number[]): CheckpointTensor => {
    const tensor = checkpoint.get(name);
    if (tensor !== undefined && isDeepStrictEqual([...tensor.shape], [...shape])) return tensor;
    const found = tensor === undefined ? "is missing" : `has the shape ${shapeText(tensor.shape)}`;
    misfits.push(`${name} ${found}${tensor === undefined ? "" : ` instead of ${shapeText(shape)}`}`);
    return { shape, data: new Float32Array() };
  };
  const naming = checkpoint.has("conv_stem.weight") ? timmNaming(architecture) : portNaming(architecture);
  const parameters = new Map<string, Parameter>();
  const units = architecture.groups.flatMap(unitsOf);
  for (const unit of units) {
    const port = naming.units.get(unit.name);
    if (port === undefined) throw new Error(`no port name for ${unit.name}`);
    const [height, width, input, output] = kernelShape(unit);
    const shape = unit.kind === "depthwise" ? [input, 1, height, width] : [output, input, height, width];
    parameters.set(`${unit.name}.kernel`, transposeKernel(take(`${port.conv}.weight`, shape), unit));
    const vectors = { gamma: "weight", beta: "bias", mean: "running_mean", variance: "running_var" };
    for (const [ours, theirs] of Object.entries(vectors)) {
      const { data } = take(`${port.norm}.${theirs}`, [unit.outChannels]);
      parameters.set(`${unit.name}.${ours}`, { shape: [unit.outChannels], data });
    }
  }
  if (misfits.length > 0) throw doesNotFit(misfits, PARAMETERS_PER_UNIT * units.length);
  return new Map([...parameters, ...classifier(architecture, naming.classifier, checkpoint)]);
}

/** A kernel and the four vectors of a batch norm. */
const PARAMETERS_PER_UNIT = 5;

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** The first ones show what is wrong: other names, or another size. */
const MOST_NAMED = 4;

function doesNotFit(misfits: readonly string[], all: number): ThawError {
  const more = misfits.length - MOST_NAMED;
  const named = misfits.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return new ThawError("DATA_INVALID", `${misfits.length} of ${all} tensors do not fit: tensor ${named}`, {
    hint: "is this a checkpoint of the architecture that the base names, with the names of efficientnet-lite-pytorch or timm?",
  });
}

/** Only features are transferred: a checkpoint without a classifier is as good. */
function classifier(
  { features }: Architecture,
  name: string,
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
): Map<string, Parameter> {
  const [bias, dense] = [checkpoint.get(`${name}.bias`), checkpoint.get(`${name}.weight`)];
  if (bias === undefined || dense === undefined) return new Map();
  const classes = bias.data.length;
  if (dense.data.length !== classes * features) return new Map();
  const kernel = new Float32Array(dense.data.length);
  for (let c = 0; c < classes; c++) {
    for (let f = 0; f < features; f++) {
      kernel[f * classes + c] = dense.data[c * features + f] ?? Number.NaN;
    }
  }
  return new Map([
    ["classifier.kernel", { shape: [features, classes], data: kernel }],
    ["classifier.bias", { shape: [classes], data: bias.data }],
  ]);
}
