/** Maps ResNet state dicts, which torchvision and timm name alike, onto our names and layouts. */
import { type Architecture, unitsOf } from "../bases/architecture.js";
import type { Parameters } from "../network/parameters.js";
import type { CheckpointTensor } from "./torchState.js";
import { importUnits, type PortNames } from "./torchUnits.js";

/** @throws ThawError DATA_INVALID with the first tensors that do not fit */
export function importResNet(
  architecture: Architecture,
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
): Parameters {
  const units = new Map(
    architecture.groups.flatMap(unitsOf).map(({ name }): [string, PortNames] => [name, namesOf(name)]),
  );
  return importUnits(architecture, checkpoint, { units, sources: "torchvision or timm" });
}

/** A block's `conv1` has the batch norm `bn1`; the stem's have these names without a block. */
function namesOf(unit: string): PortNames {
  if (unit === "stem.0.conv") return { conv: "conv1", norm: "bn1" };
  if (unit.endsWith(".downsample")) return { conv: `${unit}.0`, norm: `${unit}.1` };
  return { conv: unit, norm: unit.replace(/conv(\d)$/, "bn$1") };
}
