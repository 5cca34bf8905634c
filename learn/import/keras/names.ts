/** How files of `keras.applications` name the layers of ResNet-50 and MobileNetV2. */
import { type Architecture, type Unit, unitsOf } from "../../bases/architecture.js";
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
    blocks.flatMap(({ units, projection }) => [
      ...units.slice(0, -1),
      ...(projection === undefined ? [] : [projection]),
      ...units.slice(-1),
    ]),
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
  inOrder: readonly Pick<Unit, "name" | "kind">[],
): readonly Naming[] {
  const units = architecture.groups.flatMap(unitsOf);
  const counts = new Map<string, number>();
  const next = (kind: string): string => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  };
  const numbered = inOrder.map(({ name, kind }): [string, PortNames] => {
    const conv = next(kind === "depthwise" ? "depthwise_conv2d" : "conv2d");
    return [name, { conv, norm: next("batch_normalization") }];
  });
  return [
    {
      units: new Map(units.map(({ name }) => [name, named(name)])),
      sources: SOURCES,
      classifier: CLASSIFIER,
    },
    { units: new Map(numbered), sources: SOURCES, classifier: "dense" },
  ];
}
