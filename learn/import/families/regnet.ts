/** How checkpoints of RegNet name its units: timm, or torchvision. */
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { Naming, PortNames } from "../torchUnits.js";

export function regNetNamings(architecture: Architecture): readonly Naming[] {
  const names = architecture.groups.flatMap(unitsOf).map(({ name }) => name);
  const sources = "torchvision or timm";
  const by = (namesOf: (name: string) => PortNames): Naming => ({
    units: new Map(names.map((name) => [name, namesOf(name)])),
    sources,
  });
  return [by(torchvisionNames), by(timmNames)];
}

/** Our `layer1.0.conv2` is `s1.b1.conv2.conv` and `s1.b1.conv2.bn`. */
function timmNames(name: string): PortNames {
  const { group, index, part } = placeOf(name);
  if (group === undefined) return { conv: "stem.conv", norm: "stem.bn" };
  const block = `s${group}.b${index + 1}`;
  if (part === "se") return { reduce: `${block}.se.fc1`, expand: `${block}.se.fc2` };
  return { conv: `${block}.${part}.conv`, norm: `${block}.${part}.bn` };
}

const TORCHVISION_PARTS: Readonly<Record<string, string>> = {
  conv1: "f.a",
  conv2: "f.b",
  se: "f.se",
  conv3: "f.c",
  downsample: "proj",
};

/** Our `layer1.0.conv2` is `trunk_output.block1.block1-0.f.b.0` with the batch norm `….f.b.1`. */
function torchvisionNames(name: string): PortNames {
  const { group, index, part } = placeOf(name);
  if (group === undefined) return { conv: "stem.0", norm: "stem.1" };
  const theirs = `trunk_output.block${group}.block${group}-${index}.${TORCHVISION_PARTS[part]}`;
  if (part === "se") return { reduce: `${theirs}.fc1`, expand: `${theirs}.fc2` };
  return { conv: `${theirs}.0`, norm: `${theirs}.1` };
}

/** Of a unit above the stem: layer group from 1, block from 0. */
function placeOf(name: string): { readonly group?: string; readonly index: number; readonly part: string } {
  const [, group, index, part] = /^layer(\d)\.(\d+)\.(\w+)$/.exec(name) ?? [];
  return { ...(group === undefined ? {} : { group }), index: Number(index), part: part ?? "" };
}
