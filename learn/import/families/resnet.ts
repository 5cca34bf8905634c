/** How checkpoints of ResNet name its units: torchvision and timm do it alike. */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

export function resNetNamings(architecture: Architecture): readonly Naming[] {
  const units = new Map(
    architecture.groups.flatMap(unitsOf).map(({ name }): [string, PortNames] => [name, namesOf(name)]),
  );
  return [{ units, sources: "torchvision or timm" }];
}

/** A block's `conv1` has the batch norm `bn1`; the stem's have these names without a block. */
function namesOf(unit: string): PortNames {
  if (unit === "stem.0.conv") return { conv: "conv1", norm: "bn1" };
  if (unit.endsWith(".downsample")) return { conv: `${unit}.0`, norm: `${unit}.1` };
  return { conv: unit, norm: unit.replace(/conv(\d)$/, "bn$1") };
}
