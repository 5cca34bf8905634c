/** The layer groups that can be unfrozen, by architecture. */
import { graphOf, LAYERS_MODEL } from "../base.js";

/** From the top. The stem stays frozen for good. */
const INVERTED = [
  "top",
  "blocks.6",
  "blocks.5",
  "blocks.4",
  "blocks.3",
  "blocks.2",
  "blocks.1",
  "blocks.0",
] as const;
const RESIDUAL = ["layer4", "layer3", "layer2", "layer1"] as const;

/** Those of all architectures. */
export const LAYER_GROUPS = [...INVERTED, ...RESIDUAL] as const;
export type LayerGroupName = (typeof LAYER_GROUPS)[number];

type Family = readonly LayerGroupName[];

/** Those of networks with fewer stages. */
const below = (family: Family, top: LayerGroupName): Family =>
  family.filter((name) => name === "top" || family.indexOf(name) > family.indexOf(top));

/**
 * By the beginning of the architecture's name in `learn/bases/architectures.ts`, which spec/ may not import; a test compares
 * the two. All others are made of seven stages of inverted residual blocks.
 */
const FAMILIES: readonly (readonly [string, Family])[] = [
  ["resnet", RESIDUAL],
  ["resnext", RESIDUAL],
  ["regnet", RESIDUAL],
  ["densenet", RESIDUAL],
  ["convnext", RESIDUAL],
  ["inception", below(RESIDUAL, "layer4")],
  ["mobilenetv3", below(INVERTED, "blocks.6")],
  ["tf-mobilenetv3", below(INVERTED, "blocks.6")],
  ["efficientnetv2", below(INVERTED, "blocks.6")],
  ["mobilenetv4", below(INVERTED, "blocks.4")],
];

/** From the top; a layers model has none. */
export function layerGroupsOf(architecture: string): readonly LayerGroupName[] {
  if (architecture === LAYERS_MODEL) return [];
  const graph = graphOf(architecture);
  if (graph !== undefined) return RESIDUAL.slice(RESIDUAL.length - graph.groups);
  return FAMILIES.find(([beginning]) => architecture.startsWith(beginning))?.[1] ?? INVERTED;
}

/**
 * What `unfreeze.stages` is where the run file does not say: the two groups that work on the smallest images,
 * one after the other. The pointwise `top` alone is hardly more than the head. A layers model stays frozen.
 */
export function defaultStages(architecture: string): readonly LayerGroupName[] {
  return layerGroupsOf(architecture)
    .filter((name) => name !== "top")
    .slice(0, 2);
}

/** Whether every group lies deeper than the one before, in the same architecture. */
export function descends(stages: readonly LayerGroupName[]): boolean {
  return [INVERTED, RESIDUAL].some((family: readonly LayerGroupName[]) => {
    const depths = stages.map((name) => family.indexOf(name));
    return depths.every((depth, i) => depth > (depths[i - 1] ?? -1));
  });
}
