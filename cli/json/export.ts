/** JSON of `thaw export`. Public API. */
import type { Exported } from "../../client/models/export.js";
import type { exportSchema } from "../../spec/schemas/cli/models.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type ExportJson = Shape<typeof exportSchema>;

export function exportJson({ model, ...rest }: Exported): ExportJson {
  return { model: { name: model.name, version: model.version }, ...rest };
}
