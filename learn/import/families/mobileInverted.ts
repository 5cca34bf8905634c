/** How checkpoints name the units of networks of inverted residual blocks. */
import type { Architecture, Block } from "../../bases/architecture.js";
import type { PortNames } from "../torchUnits.js";

export function invertedBlocks(architecture: Architecture): readonly Block[] {
  return architecture.groups.flatMap((group) => (group.name.startsWith("blocks.") ? group.blocks : []));
}

/**
 * The names of timm (`tf_efficientnet_lite0`, `mobilenetv2_100` and so on): a block's convolutions are `conv_pw`, `conv_dw` and
 * `conv_pwl`, its batch norms count from 1; where nothing expands, the last convolution is `conv_pw`.
 */
export function timmInverted(architecture: Architecture): ReadonlyMap<string, PortNames> {
  const units = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "conv_stem", norm: "bn1" }],
    ["top.0.conv", { conv: "conv_head", norm: "bn2" }],
  ]);
  for (const { name, units: own } of invertedBlocks(architecture)) {
    const convs = own.length === 3 ? ["conv_pw", "conv_dw", "conv_pwl"] : ["conv_dw", "conv_pw"];
    own.forEach((unit, index) => {
      units.set(unit.name, { conv: `${name}.${convs[index]}`, norm: `${name}.bn${index + 1}` });
    });
  }
  return units;
}
