/** The layer groups that can be unfrozen, by architecture. */
import { LAYERS_MODEL } from "../base.js";

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
/** Of networks with six stages of blocks. */
const INVERTED_OF_SIX = INVERTED.filter((name) => name !== "blocks.6");
const RESIDUAL = ["layer4", "layer3", "layer2", "layer1"] as const;

/** Those of all architectures. */
export const LAYER_GROUPS = [...INVERTED, ...RESIDUAL] as const;
export type LayerGroupName = (typeof LAYER_GROUPS)[number];

/** Beginnings of the names, in `learn/bases/architectures.ts`, of what has such groups; spec/ may not import it, a test compares. */
const RESIDUALS: readonly string[] = ["resnet", "resnext", "regnet"];
const OF_SIX: readonly string[] = ["mobilenetv3", "efficientnetv2"];
const begins = (architecture: string, families: readonly string[]): boolean =>
  families.some((family) => architecture.startsWith(family));
const isResidual = (architecture: string): boolean => begins(architecture, RESIDUALS);
const isOfSix = (architecture: string): boolean => begins(architecture, OF_SIX);

/** From the top; a layers model has none. All other architectures are made of inverted residual blocks. */
export function layerGroupsOf(architecture: string): readonly LayerGroupName[] {
  if (architecture === LAYERS_MODEL) return [];
  if (isResidual(architecture)) return RESIDUAL;
  return isOfSix(architecture) ? INVERTED_OF_SIX : INVERTED;
}

/**
 * What `unfreeze.stages` is where the run file does not say: the two groups that work on the smallest images,
 * one after the other. The pointwise `top` alone is hardly more than the head. A layers model stays frozen.
 */
export function defaultStages(architecture: string): readonly LayerGroupName[] {
  if (architecture === LAYERS_MODEL) return [];
  if (isResidual(architecture)) return ["layer4", "layer3"];
  return isOfSix(architecture) ? ["blocks.5", "blocks.4"] : ["blocks.6", "blocks.5"];
}

/** Whether every group lies deeper than the one before, in the same architecture. */
export function descends(stages: readonly LayerGroupName[]): boolean {
  return [INVERTED, RESIDUAL].some((family: readonly LayerGroupName[]) => {
    const depths = stages.map((name) => family.indexOf(name));
    return depths.every((depth, i) => depth > (depths[i - 1] ?? -1));
  });
}
