/** Maps EfficientNet-Lite state dicts, with the names of the PyTorch port or of timm, onto our names and layouts. */
import type { Architecture } from "../bases/architecture.js";
import type { Parameter, Parameters } from "../network/parameters.js";
import { invertedBlocks, timmInverted } from "./mobileInverted.js";
import type { CheckpointTensor } from "./torchState.js";
import { importUnits, type PortNames } from "./torchUnits.js";

/**
 * The names of `efficientnet-lite-pytorch`: blocks are numbered through, batch norms within a block from 1
 * where nothing expands.
 */
function portNames(architecture: Architecture): ReadonlyMap<string, PortNames> {
  const units = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "_conv_stem", norm: "_bn0" }],
    ["top.0.conv", { conv: "_conv_head", norm: "_bn1" }],
  ]);
  invertedBlocks(architecture).forEach((block, index) => {
    for (const role of ["expand", "depthwise", "project"] as const) {
      const norm = { expand: "_bn0", depthwise: "_bn1", project: "_bn2" }[role];
      const conv = `_blocks.${index}._${role}_conv`;
      units.set(`${block.name}.${role}`, { conv, norm: `_blocks.${index}.${norm}` });
    }
  });
  return units;
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
  const isTimm = checkpoint.has("conv_stem.weight");
  const units = importUnits(architecture, checkpoint, {
    units: isTimm ? timmInverted(architecture) : portNames(architecture),
    sources: "efficientnet-lite-pytorch or timm",
  });
  return new Map([...units, ...classifier(architecture, isTimm ? "classifier" : "_fc", checkpoint)]);
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
