/** How files of `keras.applications` name the layers of ResNet-50, DenseNet-121, MobileNetV2, EfficientNet and Inception-v3. */
import {
  type Architecture,
  isNormed,
  type Unit,
  unitsOf,
  type WeightedUnit,
} from "../../bases/architecture.js";
import { invertedBlocks } from "../families/mobileInverted.js";
import type { Naming, PortNames } from "../torchUnits.js";

const SOURCES = "keras.applications";
/** Of the classifier of 1000 classes. */
const CLASSIFIER = "predictions";

/** `conv1_conv`, `conv2_block1_1_conv`…; a shortcut's convolution is number 0 of its block. */
export function kerasResNetNamings(architecture: Architecture): readonly Naming[] {
  const named = (unit: string): PortNames => {
    const [, group, block, part] = /^layer(\d)\.(\d+)\.(?:conv(\d)|downsample)$/.exec(unit) ?? [];
    const name =
      group === undefined ? "conv1" : `conv${Number(group) + 1}_block${Number(block) + 1}_${part ?? 0}`;
    return { conv: `${name}_conv`, norm: `${name}_bn` };
  };
  // Keras sorts layers by their depth: a shortcut's are as deep as those that the block ends with.
  const inOrder = architecture.groups.flatMap(({ blocks }) =>
    blocks.flatMap(({ units: own, projection, ...block }) => {
      const shortcut = projection === undefined ? [] : [projection];
      const units = [...own.slice(0, -1), ...shortcut, ...own.slice(-1)];
      return unitsOf({ name: block.name, blocks: [{ ...block, units }] });
    }),
  );
  return namings(architecture, named, inOrder);
}

/** `Conv1`, `expanded_conv_depthwise`, `block_1_expand`… `Conv_1`. */
export function kerasMobileNetV2Namings(architecture: Architecture): readonly Naming[] {
  const ports = new Map<string, PortNames>([
    ["stem.0.conv", { conv: "Conv1", norm: "bn_Conv1" }],
    ["top.0.conv", { conv: "Conv_1", norm: "Conv_1_bn" }],
  ]);
  invertedBlocks(architecture).forEach((block, index) => {
    for (const role of ["expand", "depthwise", "project"]) {
      const conv = `${index === 0 ? "expanded_conv" : `block_${index}`}_${role}`;
      ports.set(`${block.name}.${role}`, { conv, norm: `${conv}_BN` });
    }
  });
  const named = (unit: string): PortNames => ports.get(unit) ?? missing(unit);
  return namings(architecture, named, architecture.groups.flatMap(unitsOf));
}

/** `conv1_conv`, `conv2_block1_0_bn`, `conv2_block1_1_conv`…, `pool2_bn` and `pool2_conv` between the dense blocks, `bn`. */
export function kerasDenseNetNamings(architecture: Architecture): readonly Naming[] {
  const named = (unit: string): PortNames => {
    const [, group, block, part] = /^layer(\d)\.(\w+)\.(\w+)$/.exec(unit) ?? [];
    if (group === undefined) return { conv: "conv1_conv", norm: "conv1_bn" };
    if (block === "last") return { norm: "bn" };
    if (block === "transition")
      return part === "norm" ? { norm: `pool${group}_bn` } : { conv: `pool${group}_conv` };
    const layer = `conv${Number(group) + 1}_block${Number(block) + 1}`;
    switch (part) {
      case "norm1":
        return { norm: `${layer}_0_bn` };
      case "conv1":
        return { conv: `${layer}_1_conv`, norm: `${layer}_1_bn` };
      default:
        return { conv: `${layer}_2_conv` };
    }
  };
  return namings(architecture, named, architecture.groups.flatMap(unitsOf));
}

/** `stem_conv`, `block1a_dwconv`, `block1a_se_reduce`, `block2b_expand_conv`, `block2b_project_conv`… `top_conv`. */
export function kerasEfficientNetNamings(architecture: Architecture): readonly Naming[] {
  const named = (unit: string): PortNames => {
    const [, stage, repeat, role] = /^blocks\.(\d)\.(\d+)\.(\w+)$/.exec(unit) ?? [];
    if (stage === undefined) {
      const [end] = unit.split(".");
      return { conv: `${end}_conv`, norm: `${end}_bn` };
    }
    const block = `block${Number(stage) + 1}${String.fromCharCode("a".charCodeAt(0) + Number(repeat))}`;
    switch (role) {
      case "se":
        return { reduce: `${block}_se_reduce`, expand: `${block}_se_expand` };
      case "depthwise":
        return { conv: `${block}_dwconv`, norm: `${block}_bn` };
      default:
        return { conv: `${block}_${role}_conv`, norm: `${block}_${role}_bn` };
    }
  };
  return namings(architecture, named, architecture.groups.flatMap(unitsOf));
}

/**
 * Inception-v3's have no names but their class and the number among all that were made; where Keras 3 keeps no names, the
 * number is that in the order of the model's layers. Their batch norms have no factors.
 */
export function kerasInceptionNamings(architecture: Architecture): readonly Naming[] {
  const numbered = (units: readonly WeightedUnit[]): Naming => ({
    units: new Map(
      units.map(({ name }, index): [string, PortNames] => {
        const number = index === 0 ? "" : `_${index}`;
        return [name, { conv: `conv2d${number}`, norm: `batch_normalization${number}`, isUnscaled: true }];
      }),
    ),
    sources: SOURCES,
    classifier: CLASSIFIER,
  });
  const made = architecture.groups.flatMap(unitsOf);
  const inOrder = architecture.groups.flatMap(({ blocks }) =>
    blocks.flatMap(({ units }) =>
      byDepth(units, 0)
        .sort((a, b) => b.depth - a.depth)
        .map(({ unit }) => unit),
    ),
  );
  return [numbered(made), { ...numbered(inOrder), classifier: "dense" }];
}

interface Deep {
  readonly unit: WeightedUnit;
  /** Layers from it to the end of its block. */
  readonly depth: number;
}

/** In the order of the branches. @param after layers from the last of the units to the end of the block */
function byDepth(units: readonly Unit[], after: number): Deep[] {
  let depth = after;
  return units
    .toReversed()
    .flatMap((unit): readonly Deep[] => {
      if (unit.kind === "concat") {
        const own = unit.branches.flatMap((branch) => byDepth(branch, depth + 1));
        depth = own.reduce((most, one) => Math.max(most, one.depth), depth);
        return own.toReversed();
      }
      // A convolution, a norm and an activation.
      depth += unit.kind === "full" ? 3 : 1;
      return unit.kind === "full" ? [{ unit, depth }] : [];
    })
    .toReversed();
}

function missing(unit: string): never {
  throw new Error(`Keras has no name for ${unit}`);
}

/**
 * By the layers' names, and by what versions of Keras 3 that keep no names have instead: the class of the layer and
 * its number among those of the class.
 * @param inOrder the units as Keras orders their layers
 */
function namings(
  architecture: Architecture,
  named: (unit: string) => PortNames,
  inOrder: readonly WeightedUnit[],
): readonly Naming[] {
  const units = architecture.groups.flatMap(unitsOf);
  const counts = new Map<string, number>();
  const next = (kind: string): string => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  };
  const numbersOf = (unit: WeightedUnit): PortNames => {
    if (unit.kind === "squeeze") return { reduce: next("conv2d"), expand: next("conv2d") };
    if (unit.kind === "norm") return { norm: next("batch_normalization") };
    const conv = next(unit.kind === "depthwise" ? "depthwise_conv2d" : "conv2d");
    return isNormed(unit) ? { conv, norm: next("batch_normalization") } : { conv };
  };
  const numbered = inOrder.map((unit): [string, PortNames] => [unit.name, numbersOf(unit)]);
  return [
    {
      units: new Map(units.map(({ name }) => [name, named(name)])),
      sources: SOURCES,
      classifier: CLASSIFIER,
    },
    { units: new Map(numbered), sources: SOURCES, classifier: "dense" },
  ];
}
