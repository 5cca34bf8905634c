/** JSON of `thaw export`. Public API. */
import type { Exported } from "../../client/models/export.js";

export interface ExportJson extends Omit<Exported, "model"> {
  readonly model: { readonly name: string; readonly version: number };
}

export function exportJson({ model, ...rest }: Exported): ExportJson {
  return { model: { name: model.name, version: model.version }, ...rest };
}
