/**
 * How checkpoints of DenseNet name its units: torchvision and timm do it alike, torchvision's files have older names. In
 * those of RadImageNet, and wherever somebody took `features` alone, it is the names below that; or numbers.
 */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

export function denseNetNamings(architecture: Architecture): readonly Naming[] {
  const names = architecture.groups.flatMap(unitsOf).map(({ name }) => name);
  const by = (part: (word: string) => string): Naming => ({
    units: new Map(names.map((name) => [name, namesOf(name, part)])),
    sources: "torchvision or timm",
  });
  const below = (nameOf: (part: string) => string): Naming => ({
    units: new Map(
      names.map((name): [string, PortNames] => {
        const { conv, norm } = namesOf(name, (word) => word);
        const nameBelow = (full: string): string => nameOf(full.slice("features.".length));
        return [
          name,
          {
            ...(conv === undefined ? {} : { conv: nameBelow(conv) }),
            ...(norm === undefined ? {} : { norm: nameBelow(norm) }),
          },
        ];
      }),
    ),
    sources: "torchvision, timm or RadImageNet",
    notice: LAST_RECTIFIER,
  });
  return [
    by((word) => word),
    // The published files say `norm.1` and `conv.2`, which torchvision renames as it loads them.
    by((word) => word.replace(/(\d)$/, ".$1")),
    below((part) => part),
    below((part) => part.replace(/^[^.]+/, (child) => String(CHILDREN.indexOf(child)))),
  ];
}

const LAST_RECTIFIER =
  "The file holds DenseNet's `features` alone, which end with a batch norm, and does not say what followed when it was " +
  "trained: thaw has a ReLU and the means over the image follow, as torchvision's whole network has";

/** The children of torchvision's `features` in their order, as an `nn.Sequential` of them numbers them. */
const CHILDREN = [
  ...["conv0", "norm0", "relu0", "pool0"],
  ...[
    "denseblock1",
    "transition1",
    "denseblock2",
    "transition2",
    "denseblock3",
    "transition3",
    "denseblock4",
  ],
  "norm5",
];

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
