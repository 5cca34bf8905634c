/**
 * Which stages of a run share a pod: those whose settings in the run file are equal. A group is named by its first
 * stage, in the pipeline's order; the one of the run's own settings has no name.
 */
import type { KubernetesSpec, StagePodSpec } from "../runFile/kubernetes.js";
import { isSection, laidOver, type Section } from "../runFile/laidOver.js";
import { POD_STAGES, type PodStage } from "./stages.js";

/** What of the run file decides the pods. */
export interface PodPlan {
  readonly compute?: "local" | "kubernetes";
  readonly kubernetes?: KubernetesSpec;
}

/** A name that Jobs, queues and labels end with. */
export type PodGroup = PodStage;

/** The group that a stage of that kind is in; undefined for the run's own. */
export function podGroupOf({ kubernetes }: PodPlan, kind: PodStage): PodGroup | undefined {
  const { stages = {}, ...own } = kubernetes ?? {};
  // A null stays in: it may take away what only the installation says.
  const settingsOf = (over: StagePodSpec): string => sortedJson(laidOver(own, over));
  const settings = settingsOf(stages[kind] ?? {});
  if (settings === settingsOf({})) return undefined;
  return POD_STAGES.find((other) => settingsOf(stages[other] ?? {}) === settings);
}

/** All groups that the run file's stages are in. */
export function podGroups(file: PodPlan): readonly (PodGroup | undefined)[] {
  return [...new Set(POD_STAGES.map((kind) => podGroupOf(file, kind)))];
}

/**
 * Whether the run file has stages of that kind do without a GPU, although the engine may be the one for GPUs. Only what
 * the file itself says counts: the device is part of the artifact's key, and clients do not know the installation.
 */
export function isWithoutGpu({ compute, kubernetes }: PodPlan, kind: PodStage | undefined): boolean {
  if (compute !== "kubernetes") return false;
  const over = kind === undefined ? undefined : kubernetes?.stages?.[kind];
  return (over?.resources?.gpu ?? kubernetes?.resources?.gpu) === 0;
}

/** Equal values give equal text, whatever order their keys were written in. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (isSection(item) ? sorted(item) : item));
}

function sorted(section: Section): Section {
  return Object.fromEntries(Object.entries(section).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
