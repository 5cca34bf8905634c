/** JSON of `thaw models`. Public API. */

import type { Lineage } from "../../client/lineage/lineage.js";
import type { ModelHistory, MovedAlias } from "../../client/models/aliases.js";
import type { ListedModels, ListedVersion } from "../../client/models/list.js";
import { licenceConcern } from "../../spec/licence.js";
import type { compareSchema } from "../../spec/schemas/cli/compare.js";
import type { diffSchema } from "../../spec/schemas/cli/diff.js";
import type {
  modelHistorySchema,
  modelSchema,
  modelsSchema,
  movedAliasSchema,
} from "../../spec/schemas/cli/models.js";
import type { Shape } from "../../spec/schemas/exact.js";
import { damagedJson } from "./damaged.js";

export type ModelsJson = Shape<typeof modelsSchema>;
export type ModelJson = Shape<typeof modelSchema>;

/** Of `thaw compare`. */
export type CompareJson = Shape<typeof compareSchema>;
/** Of `thaw diff`. */
export type DiffJson = Shape<typeof diffSchema>;
export type ComparedSideJson = CompareJson["a"];

export type ModelHistoryJson = Shape<typeof modelHistorySchema>;
export type MovedAliasJson = Shape<typeof movedAliasSchema>;

export function modelHistoryJson({ model, aliases, depths, damaged }: ModelHistory): ModelHistoryJson {
  return {
    model,
    aliases: aliases.map(({ alias, log }) => ({ alias, log: [...log] })),
    ...(depths.length === 0 ? {} : { depths: [...depths] }),
    ...damagedJson(damaged),
  };
}

/** Of `thaw lineage`. */
export type LineageJson = Pick<Lineage, "subject" | "up" | "down"> & ReturnType<typeof damagedJson>;

export function lineageJson({ subject, up, down, damaged }: Lineage): LineageJson {
  return { subject, up, down, ...damagedJson(damaged) };
}

export const movedAliasJson = (moved: MovedAlias): MovedAliasJson => moved;

export function modelsJson({ versions, damaged }: ListedModels): ModelsJson {
  return { models: versions.map(modelJson), ...damagedJson(damaged) };
}

export function modelJson({ model, aliases, licence, inUse, warnings }: ListedVersion): ModelJson {
  const concern = licence === undefined ? undefined : licenceConcern(licence);
  const { name, version, runId, createdAt, base, classes, testAccuracy, folds } = model;
  return {
    ...{ name, version, aliases, runId, createdAt, base, classes, testAccuracy },
    ...(licence === undefined ? {} : { licence }),
    ...(concern === undefined ? {} : { licenceConcern: concern }),
    ...(inUse === undefined ? {} : { inUse: [...inUse] }),
    ...(folds === undefined ? {} : { folds }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}
