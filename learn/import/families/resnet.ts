/** How checkpoints of ResNet name its units: torchvision and timm do it alike, and RadImageNet numbers their children. */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

export function resNetNamings(architecture: Architecture): readonly Naming[] {
  const sources = "torchvision or timm";
  const named = (names: (unit: string) => PortNames): ReadonlyMap<string, PortNames> =>
    new Map(architecture.groups.flatMap(unitsOf).map(({ name }) => [name, names(name)]));
  return [
    { units: named(namesOf), sources },
    { units: named(numbersOf), sources },
  ];
}

/** A block's `conv1` has the batch norm `bn1`; the stem's have these names without a block. */
function namesOf(unit: string): { readonly conv: string; readonly norm: string } {
  if (unit === "stem.0.conv") return { conv: "conv1", norm: "bn1" };
  if (unit.endsWith(".downsample")) return { conv: `${unit}.0`, norm: `${unit}.1` };
  return { conv: unit, norm: unit.replace(/conv(\d)$/, "bn$1") };
}

/** The children of torchvision's ResNet in their order, as `nn.Sequential(*network.children())` numbers them. */
const CHILDREN = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"];

/** `backbone.0` is the stem's convolution, `backbone.7.2.conv3` the last one of ResNet-50: the files of RadImageNet. */
function numbersOf(unit: string): PortNames {
  const { conv, norm } = namesOf(unit);
  const numbered = (name: string): string =>
    name.replace(/^[^.]+/, (child) => String(CHILDREN.indexOf(child)));
  return { conv: numbered(conv), norm: numbered(norm) };
}
