/** JSON of `thaw models`. Public API. */
import type { ListedVersion } from "../../client/models/list.js";
import type { FoldsInBrief } from "../../spec/records/folds.js";

export interface ModelsJson {
  /** By name, the newest version first. */
  readonly models: readonly ModelJson[];
}

export interface ModelJson {
  readonly name: string;
  readonly version: number;
  /** Sorted. */
  readonly aliases: readonly string[];
  readonly runId: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly base: string;
  readonly classes: readonly string[];
  /** In [0, 1], on the held-out images. */
  readonly testAccuracy: number;
  /** The recipe cross-validated: for small sets the figure to quote. Absent without folds. */
  readonly folds?: FoldsInBrief;
}

export function modelsJson(versions: readonly ListedVersion[]): ModelsJson {
  return { models: versions.map(modelJson) };
}

export function modelJson({ model, aliases }: ListedVersion): ModelJson {
  const { name, version, runId, createdAt, base, classes, testAccuracy, folds } = model;
  return {
    ...{ name, version, aliases, runId, createdAt, base, classes, testAccuracy },
    ...(folds === undefined ? {} : { folds }),
  };
}
