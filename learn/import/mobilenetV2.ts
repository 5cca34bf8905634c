/** Maps MobileNetV2 state dicts, with the names of torchvision or timm, onto our names and layouts. */
import type { Architecture } from "../bases/architecture.js";
import type { Parameters } from "../network/parameters.js";
import { invertedBlocks, timmInverted } from "./mobileInverted.js";
import type { CheckpointTensor } from "./torchState.js";
import { importUnits, type PortNames } from "./torchUnits.js";

/** @throws ThawError DATA_INVALID with the first tensors that do not fit */
export function importMobileNetV2(
  architecture: Architecture,
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
): Parameters {
  const isTimm = checkpoint.has("conv_stem.weight");
  return importUnits(architecture, checkpoint, {
    units: isTimm ? timmInverted(architecture) : torchvisionNames(architecture),
    sources: "torchvision or timm",
  });
}

/**
 * The names of torchvision: stem, blocks and top are `features.N`, numbered through. A block's convolutions are
 * `conv.0`, `conv.1`…, each with its batch norm and activation inside, but the last one, which has no
 * activation and whose batch norm follows it.
 */
function torchvisionNames(architecture: Architecture): ReadonlyMap<string, PortNames> {
  const blocks = invertedBlocks(architecture);
  const numbered = (part: string): PortNames => ({ conv: `${part}.0`, norm: `${part}.1` });
  const units = new Map([
    ["stem.0.conv", numbered("features.0")],
    ["top.0.conv", numbered(`features.${blocks.length + 1}`)],
  ]);
  blocks.forEach((block, index) => {
    const part = `features.${index + 1}.conv`;
    const last = block.units.length - 1;
    block.units.forEach(({ name }, position) => {
      const names =
        position === last
          ? { conv: `${part}.${last}`, norm: `${part}.${last + 1}` }
          : numbered(`${part}.${position}`);
      units.set(name, names);
    });
  });
  return units;
}
