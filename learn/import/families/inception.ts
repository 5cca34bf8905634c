/** How torchvision and timm name the units of Inception-v3, and how RadImageNet numbers torchvision's children. */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

const STEM: Readonly<Record<string, string>> = {
  "stem.0.conv1": "Conv2d_1a_3x3",
  "stem.0.conv2": "Conv2d_2a_3x3",
  "stem.0.conv3": "Conv2d_2b_3x3",
  "stem.1.conv1": "Conv2d_3b_1x1",
  "stem.1.conv2": "Conv2d_4a_3x3",
};

/** The first block of each layer group: the stem ends in the middle of the fives. */
const FIRST: Readonly<Record<string, string>> = { layer1: "5b", layer2: "6a", layer3: "7a" };

export function inceptionNamings(architecture: Architecture): readonly Naming[] {
  const by = (nameOf: (part: string) => string): Naming => ({
    units: new Map(
      architecture.groups.flatMap(unitsOf).map(({ name }): [string, PortNames] => {
        const part = nameOf(partOf(name));
        return [name, { conv: `${part}.conv`, norm: `${part}.bn` }];
      }),
    ),
    sources: "torchvision, timm or RadImageNet",
  });
  const numbered = (children: readonly string[]): Naming =>
    by((part) => part.replace(/^[^.]+/, (child) => String(children.indexOf(child))));
  return [
    by((part) => part),
    numbered(CHILDREN),
    numbered(CHILDREN.flatMap((child) => (child === "Mixed_7a" ? ["AuxLogits", child] : [child]))),
  ];
}

/**
 * The children of torchvision's network in their order, as `nn.Sequential(*network.children())` numbers them: without the
 * auxiliary classifier, which is one of them, before the last blocks, where the network was built with it.
 */
const CHILDREN = [
  ...[
    "Conv2d_1a_3x3",
    "Conv2d_2a_3x3",
    "Conv2d_2b_3x3",
    "maxpool1",
    "Conv2d_3b_1x1",
    "Conv2d_4a_3x3",
    "maxpool2",
  ],
  ...["Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"],
  ...["Mixed_7a", "Mixed_7b", "Mixed_7c"],
];

/** Our `layer2.1.branch1x1` is `Mixed_6b.branch1x1`. */
function partOf(name: string): string {
  const stem = STEM[name];
  if (stem !== undefined) return stem;
  const [group = "", index, branch] = name.split(".");
  const [number = "", letter = ""] = FIRST[group] ?? "";
  return `Mixed_${number}${String.fromCharCode(letter.charCodeAt(0) + Number(index))}.${branch}`;
}
