/** All files of an export in one of the formats. */
import type { ExportFormat } from "../spec/exportFormat.js";
import type { ModelVersion } from "../spec/records/model.js";
import { type ModelCard, modelCard } from "./card.js";
import { type ExportFile, jsonFile } from "./file.js";
import { onnxFiles } from "./onnx.js";
import { tfjsFiles } from "./tfjs.js";
import type { TrainedModel } from "./trainedModel.js";

const FORMATS: Readonly<
  Record<ExportFormat, (model: TrainedModel, card: ModelCard) => readonly ExportFile[]>
> = { tfjs: tfjsFiles, onnx: onnxFiles };

/** In the order to write them: the file that is loaded comes last, so that half an export looks like none. */
export function exportFiles(
  model: TrainedModel,
  version: ModelVersion,
  format: ExportFormat,
): readonly ExportFile[] {
  const card = modelCard(model, version);
  return [jsonFile("labels.json", card), ...FORMATS[format](model, card)];
}
