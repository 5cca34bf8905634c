/** How timm names the units of MobileNetV4. */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";
import { invertedBlocks } from "./mobileInverted.js";

const PARTS: Readonly<Record<string, string>> = {
  start: "dw_start",
  expand: "pw_exp",
  depthwise: "dw_mid",
  project: "pw_proj",
};

export function mobileNetV4Namings(architecture: Architecture): readonly Naming[] {
  const stages = architecture.groups.filter(({ name }) => name.startsWith("blocks.")).length;
  const last = `blocks.${stages}.0`;
  const units = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "conv_stem", norm: "bn1" }],
    ["top.0.conv", { conv: `${last}.conv`, norm: `${last}.bn1` }],
  ]);
  for (const block of invertedBlocks(architecture)) {
    const isFused =
      block.units.length === 2 && block.units.some((unit) => unit.kind === "full" && unit.kernel === 3);
    for (const { name } of unitsOf({ name: block.name, blocks: [block] })) {
      const part = name.slice(block.name.length + 1);
      units.set(name, isFused ? fused(block.name, part) : universal(block.name, part));
    }
  }
  return [{ units, sources: "timm" }];
}

/** A plain convolution is `conv` with `bn1`. */
function universal(block: string, part: string): PortNames {
  if (part === "conv") return { conv: `${block}.conv`, norm: `${block}.bn1` };
  const theirs = `${block}.${PARTS[part]}`;
  return { conv: `${theirs}.conv`, norm: `${theirs}.bn` };
}

function fused(block: string, part: string): PortNames {
  return part === "expand"
    ? { conv: `${block}.conv_exp`, norm: `${block}.bn1` }
    : { conv: `${block}.conv_pwl`, norm: `${block}.bn2` };
}
