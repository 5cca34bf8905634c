/** How torchvision, timm and the authors name the units of ConvNeXt. */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

/** Where a unit is: layer groups from 1 and blocks from 0, or what stands in a block's place. */
interface Place {
  /** 0 of the stem. */
  readonly group: number;
  readonly block: string;
  readonly part: string;
}

/** Pointwise convolutions are fully connected layers, but in timm's smaller networks. */
export function convNextNamings(architecture: Architecture): readonly Naming[] {
  const names = architecture.groups.flatMap(unitsOf).map(({ name }) => name);
  const by = (namesOf: (place: Place) => PortNames): Naming => ({
    units: new Map(names.map((name) => [name, namesOf(placeOf(name))])),
    sources: "torchvision, timm or the authors",
  });
  return [
    by(torchvisionNames),
    by((place) => timmNames(place, "linear")),
    by((place) => timmNames(place, "conv")),
    by(authorsNames),
  ];
}

function placeOf(name: string): Place {
  const [group = "", block = "", part = ""] = name.split(".");
  return { group: group === "stem" ? 0 : Number(group.slice("layer".length)), block, part };
}

/** Our `layer2.0.expand` is `features.3.0.block.3`: stem and stages take turns with what halves the image. */
function torchvisionNames({ group, block, part }: Place): PortNames {
  if (group === 0) return part === "conv" ? { conv: "features.0.0" } : { norm: "features.0.1" };
  if (block === "last") return { norm: "classifier.0" };
  if (block === "downsample") {
    const theirs = `features.${2 * group - 2}`;
    return part === "norm" ? { norm: `${theirs}.0` } : { conv: `${theirs}.1` };
  }
  const theirs = `features.${2 * group - 1}.${block}`;
  switch (part) {
    case "depthwise":
      return { conv: `${theirs}.block.0` };
    case "norm":
      return { norm: `${theirs}.block.2` };
    case "expand":
      return { linear: `${theirs}.block.3` };
    case "project":
      return { linear: `${theirs}.block.5` };
    default:
      return { spatialScale: `${theirs}.layer_scale` };
  }
}

/** Our `layer2.0.expand` is `stages.1.blocks.0.mlp.fc1`. */
function timmNames({ group, block, part }: Place, pointwise: "linear" | "conv"): PortNames {
  if (group === 0) return part === "conv" ? { conv: "stem.0" } : { norm: "stem.1" };
  if (block === "last") return { norm: "head.norm" };
  const stage = `stages.${group - 1}`;
  if (block === "downsample") {
    return part === "norm" ? { norm: `${stage}.downsample.0` } : { conv: `${stage}.downsample.1` };
  }
  const theirs = `${stage}.blocks.${block}`;
  switch (part) {
    case "depthwise":
      return { conv: `${theirs}.conv_dw` };
    case "norm":
      return { norm: `${theirs}.norm` };
    case "expand":
      return { [pointwise]: `${theirs}.mlp.fc1` };
    case "project":
      return { [pointwise]: `${theirs}.mlp.fc2` };
    default:
      return { scale: `${theirs}.gamma` };
  }
}

/** Our `layer2.0.expand` is `stages.1.0.pwconv1`; the stem is the first of what halves the image. */
function authorsNames({ group, block, part }: Place): PortNames {
  if (block === "last") return { norm: "norm" };
  if (group === 0 || block === "downsample") {
    const theirs = `downsample_layers.${Math.max(0, group - 1)}`;
    // The stem has its norm after the convolution.
    const [conv, norm] = group === 0 ? [0, 1] : [1, 0];
    return part === "norm" ? { norm: `${theirs}.${norm}` } : { conv: `${theirs}.${conv}` };
  }
  const theirs = `stages.${group - 1}.${block}`;
  switch (part) {
    case "depthwise":
      return { conv: `${theirs}.dwconv` };
    case "norm":
      return { norm: `${theirs}.norm` };
    case "expand":
      return { linear: `${theirs}.pwconv1` };
    case "project":
      return { linear: `${theirs}.pwconv2` };
    default:
      return { scale: `${theirs}.gamma` };
  }
}
