/** The architectures that a user's checkpoint can have: the catalogue's, and some that thaw has no weights for. */
import { LAYERS_MODEL } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { mobileNetV2Namings } from "../import/mobilenetV2.js";
import { resNetNamings } from "../import/resnet.js";
import type { Architecture } from "./architecture.js";
import { type ArchitectureBase, type BaseInput, CATALOGUE, readingOf } from "./catalogue.js";
import { KERAS_APPLICATIONS } from "./kerasApplications.js";
import { mobileNetV2 } from "./mobilenetV2.js";
import { RESNET18, RESNET34, RESNET50, type ResidualNetwork, resNet } from "./resnet.js";

/**
 * torchvision's evaluation of its classification models: the short side becomes 256 px, of which the centre is
 * kept; mean and deviation of ImageNet's training images, 0.485, 0.456, 0.406 and 0.229, 0.224, 0.225 of 255.
 */
const TORCHVISION_INPUT: BaseInput = {
  size: 224,
  cropFraction: 224 / 256,
  kernel: "linear",
  pixelScale: { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] },
};

function torchvision(
  name: string,
  architecture: Architecture,
  namings: typeof resNetNamings,
): ArchitectureBase {
  return {
    name,
    architecture,
    input: TORCHVISION_INPUT,
    ...readingOf(architecture, namings(architecture)),
  };
}

const residual = (name: string, network: ResidualNetwork): ArchitectureBase =>
  torchvision(name, resNet(network), resNetNamings);

/** Their weights lie in no package registry: a user brings a checkpoint. */
export const WITHOUT_WEIGHTS: readonly ArchitectureBase[] = [
  torchvision("mobilenetv2", mobileNetV2(), mobileNetV2Namings),
  residual("resnet18", RESNET18),
  residual("resnet34", RESNET34),
  residual("resnet50", RESNET50),
  ...KERAS_APPLICATIONS,
];

const ALL: readonly ArchitectureBase[] = [...CATALOGUE, ...WITHOUT_WEIGHTS];

/** @throws ThawError BASE_UNKNOWN */
export function findArchitecture(name: string): ArchitectureBase {
  const found = ALL.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  throw new ThawError("BASE_UNKNOWN", `there is no architecture called "${name}"`, {
    hint: `architectures: ${[...ALL.map((candidate) => candidate.name), LAYERS_MODEL].join(", ")}`,
  });
}
