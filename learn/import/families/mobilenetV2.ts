/** How checkpoints of MobileNetV2 name its units: torchvision, or timm. */
import type { Architecture } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";
import { invertedBlocks, timmInverted } from "./mobileInverted.js";

export function mobileNetV2Namings(architecture: Architecture): readonly Naming[] {
  const sources = "torchvision or timm";
  return [
    { units: torchvisionNames(architecture), sources },
    { units: timmInverted(architecture), sources },
  ];
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
