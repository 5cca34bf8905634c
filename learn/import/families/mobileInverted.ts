/** How checkpoints name the units of networks of inverted residual blocks. */
import type { Architecture, Block, Unit } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

export function invertedBlocks(architecture: Architecture): readonly Block[] {
  return architecture.groups.flatMap((group) => (group.name.startsWith("blocks.") ? group.blocks : []));
}

/** The last part of a unit's name: `expand`, `depthwise`, `se`, `project`, `conv`. */
const roleOf = (block: Block, unit: Unit): string => unit.name.slice(block.name.length + 1);

/**
 * The names of timm (`tf_efficientnet_lite0`, `mobilenetv2_100` and so on): a block's convolutions are `conv_pw`, `conv_dw` and
 * `conv_pwl`, its batch norms count from 1; where nothing expands, the last convolution is `conv_pw`. A fused convolution
 * is `conv_exp`, or `conv` where it is all.
 * @param top what the convolution on top is called
 */
export function timmInverted(
  architecture: Architecture,
  top: PortNames = { conv: "conv_head", norm: "bn2" },
): ReadonlyMap<string, PortNames> {
  const units = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "conv_stem", norm: "bn1" }],
    ["top.0.conv", top],
  ]);
  for (const block of invertedBlocks(architecture)) {
    const roles = block.units.map((unit) => roleOf(block, unit));
    const isFused = !roles.includes("depthwise");
    const convs: Readonly<Record<string, string>> = {
      conv: "conv",
      expand: isFused ? "conv_exp" : "conv_pw",
      depthwise: "conv_dw",
      project: roles.includes("expand") ? "conv_pwl" : "conv_pw",
    };
    let norms = 0;
    block.units.forEach((unit, index) => {
      const part = `${block.name}.`;
      const names =
        unit.kind === "squeeze"
          ? { reduce: `${part}se.conv_reduce`, expand: `${part}se.conv_expand` }
          : { conv: part + convs[roles[index] as string], norm: `${part}bn${++norms}` };
      units.set(unit.name, names);
    });
  }
  return units;
}

/**
 * The names of torchvision since 2021: the parts of a block are `block.0`, `block.1`…, each with its batch norm inside, or
 * with the `fc1` and `fc2` of squeeze-and-excitation.
 * @param partOf what a block is called, by its number in all and by its name
 * @param top what the part on top is called
 */
export function torchvisionInverted(
  architecture: Architecture,
  partOf: (index: number, block: Block) => string,
  top: string,
): ReadonlyMap<string, PortNames> {
  const numbered = (part: string): PortNames => ({ conv: `${part}.0`, norm: `${part}.1` });
  const units = new Map<string, PortNames>([
    ["stem.0.conv", numbered("features.0")],
    ["top.0.conv", numbered(top)],
  ]);
  invertedBlocks(architecture).forEach((block, index) => {
    block.units.forEach((unit, position) => {
      const part = `${partOf(index, block)}.block.${position}`;
      units.set(
        unit.name,
        unit.kind === "squeeze" ? { reduce: `${part}.fc1`, expand: `${part}.fc2` } : numbered(part),
      );
    });
  });
  return units;
}

const SOURCES = "torchvision or timm";

/** The features are pooled below `conv_head`, which is a part of the classifier. */
export function mobileNetV3Namings(architecture: Architecture): readonly Naming[] {
  const last = invertedBlocks(architecture).length + 1;
  const numbered = (index: number): string => `features.${index + 1}`;
  return [
    {
      units: torchvisionInverted(architecture, numbered, `features.${last}`),
      sources: SOURCES,
      // torchvision builds this network with the paper's, timm with PyTorch's.
      epsilon: 1e-3,
    },
    ...mobileNetV3TimmNamings(architecture),
  ];
}

export function mobileNetV3TimmNamings(architecture: Architecture): readonly Naming[] {
  const top = { conv: "blocks.6.0.conv", norm: "blocks.6.0.bn1" };
  return [{ units: timmInverted(architecture, top), sources: "timm" }];
}

export function efficientNetNamings(architecture: Architecture): readonly Naming[] {
  const byStage = (_: number, { name }: Block): string => {
    const [, stage, repeat] = name.split(".");
    return `features.${Number(stage) + 1}.${repeat}`;
  };
  const stages = architecture.groups.filter(({ name }) => name.startsWith("blocks.")).length;
  return [
    { units: torchvisionInverted(architecture, byStage, `features.${stages + 1}`), sources: SOURCES },
    ...timmNamings(architecture),
  ];
}

/** Of networks that only timm has. */
export function timmNamings(architecture: Architecture): readonly Naming[] {
  return [{ units: timmInverted(architecture), sources: "timm" }];
}
