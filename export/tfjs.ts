/** TensorFlow.js: a `LayersModel` that plain `@tensorflow/tfjs` loads, `model.json` with weight shards. */
import { HEAD_BIAS, HEAD_KERNEL } from "../learn/network/head.js";
import { type Parameter, parameter } from "../learn/network/parameters.js";
import type { ModelCard } from "./card.js";
import { type ExportFile, jsonFile } from "./file.js";
import { type Layer, networkLayers } from "./layers.js";
import { weightShards } from "./tfjsShards.js";
import { kerasLayerWeights, kerasTopology, PROBABILITIES, SCALED } from "./tfjsTopology.js";
import type { TrainedModel } from "./trainedModel.js";

/** The file that is loaded; it names the others. */
export const TFJS_FILE = "model.json";

export function tfjsFiles(model: TrainedModel, card: ModelCard): readonly ExportFile[] {
  const layers = networkLayers(model, SCALED);
  const { group, files } = weightShards(kerasWeights(model, layers));
  const document = {
    format: "layers-model",
    generatedBy: "thaw",
    convertedBy: null,
    modelTopology: kerasTopology(model, layers, card.name),
    weightsManifest: [group],
    userDefinedMetadata: card,
  };
  return [...files, jsonFile(TFJS_FILE, document)];
}

/** The weights by the names that TensorFlow.js gives the variables of the layers. */
function kerasWeights(model: TrainedModel, layers: readonly Layer[]): ReadonlyMap<string, Parameter> {
  const weights = new Map<string, Parameter>();
  for (const [name, values] of layers.flatMap(kerasLayerWeights)) weights.set(name, values);
  weights.set(`${PROBABILITIES}/kernel`, parameter(model.parameters, HEAD_KERNEL));
  weights.set(`${PROBABILITIES}/bias`, parameter(model.parameters, HEAD_BIAS));
  return weights;
}
