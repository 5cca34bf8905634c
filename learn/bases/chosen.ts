/** The base that a run has chosen: one of the catalogue's, its architecture with other weights, or an extractor. */
import { type BaseChoice, graphOf } from "../../spec/base.js";
import { overlay, type Parameters } from "../network/parameters.js";
import { readSafetensors } from "../safetensors.js";
import { findArchitecture } from "./architectures.js";
import type { Base } from "./catalogue.js";
import { withColoursTurned } from "./colourOrder.js";
import { extractorBase } from "./extractor.js";
import { graphBase } from "./graphBase.js";
import { ownInput } from "./input.js";
import { withNormEpsilon } from "./normEpsilon.js";

/**
 * The base that `choice` describes; its `load` gives the checkpoint's parameters with the weights of the
 * models in `layers` laid over them.
 * @throws ThawError BASE_UNKNOWN
 */
export function chosenBase(choice: BaseChoice): Base {
  const { name, architecture = name, pixelScale, extractor, layers = [] } = choice;
  // A model that was trained on an extractor has a head of its own and no tuned layers.
  if (extractor !== undefined) return extractorBase(name, extractor, pixelScale, choice.checkpoint);
  if (graphOf(architecture) !== undefined) return withLayers(graphBase(choice, choice.checkpoint), layers);
  const base = findArchitecture(architecture);
  const own: Base = {
    ...base,
    name,
    input: ownInput(base.input, choice),
    load: async (checkpoint) => {
      const { parameters } = await base.read(checkpoint, choice.weights, undefined, choice.bands?.shown);
      const { colourOrder, normEpsilon } = choice;
      const turned =
        colourOrder === undefined ? parameters : withColoursTurned(base.architecture, parameters);
      return normEpsilon === undefined ? turned : withNormEpsilon(base.architecture, turned, normEpsilon);
    },
  };
  return withLayers(own, layers);
}

function withLayers(base: Base, layers: readonly string[]): Base {
  return {
    ...base,
    load: async (checkpoint) => {
      let parameters = await base.load(checkpoint);
      for (const layer of layers) parameters = overlay(parameters, await readTuned(layer));
      return parameters;
    },
  };
}

/** A model's tuned weights without its head, whose classes are another task's. */
async function readTuned(path: string): Promise<Parameters> {
  const weights = await readSafetensors(path);
  return new Map([...weights].filter(([name]) => !name.startsWith("head.")));
}
