/** How checkpoints of DenseNet name its units: torchvision and timm do it alike, torchvision's files have older names. */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

export function denseNetNamings(architecture: Architecture): readonly Naming[] {
  const names = architecture.groups.flatMap(unitsOf).map(({ name }) => name);
  const by = (part: (word: string) => string): Naming => ({
    units: new Map(names.map((name) => [name, namesOf(name, part)])),
    sources: "torchvision or timm",
  });
  // The published files say `norm.1` and `conv.2`, which torchvision renames as it loads them.
  return [by((word) => word), by((word) => word.replace(/(\d)$/, ".$1"))];
}

/** @param part spells a part of a dense layer, `norm1` or `conv2` */
function namesOf(unit: string, part: (word: string) => string): PortNames {
  if (unit === "stem.0.conv") return { conv: "features.conv0", norm: "features.norm0" };
  const [group = "", place = "", word = ""] = unit.split(".");
  const number = Number(group.slice("layer".length));
  if (place === "last") return { norm: "features.norm5" };
  if (place === "transition") {
    const theirs = `features.transition${number - 1}.${word}`;
    return word === "norm" ? { norm: theirs } : { conv: theirs };
  }
  const layer = `features.denseblock${number}.denselayer${Number(place) + 1}`;
  switch (word) {
    case "norm1":
      return { norm: `${layer}.${part("norm1")}` };
    case "conv1":
      return { conv: `${layer}.${part("conv1")}`, norm: `${layer}.${part("norm2")}` };
    default:
      return { conv: `${layer}.${part(word)}` };
  }
}
