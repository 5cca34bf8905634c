/** The architectures that a user's checkpoint can have: the catalogue's, and some that thaw has no weights for. */
import { LAYERS_MODEL, ONNX } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { PIXEL_SCALES } from "../../spec/pixelScales.js";
import { convNextNamings } from "../import/families/convnext.js";
import { denseNetNamings } from "../import/families/densenet.js";
import { efficientNetLiteNamings } from "../import/families/efficientnetLite.js";
import { inceptionNamings } from "../import/families/inception.js";
import {
  efficientNetNamings,
  mobileNetV3Namings,
  mobileNetV3TimmNamings,
  timmNamings,
} from "../import/families/mobileInverted.js";
import { mobileNetV2Namings } from "../import/families/mobilenetV2.js";
import { mobileNetV4Namings } from "../import/families/mobilenetV4.js";
import { regNetNamings } from "../import/families/regnet.js";
import { resNetNamings } from "../import/families/resnet.js";
import { expectedTensors, type Naming } from "../import/torchUnits.js";
import type { Architecture } from "./architecture.js";
import { type ArchitectureBase, type BaseInput, CATALOGUE, liteInput, readingOf } from "./catalogue.js";
import {
  CONVNEXT_ATTO,
  CONVNEXT_FEMTO,
  CONVNEXT_NANO,
  CONVNEXT_PICO,
  CONVNEXT_TINY,
  type ConvNext,
  convNext,
} from "./families/convnext.js";
import { DENSENET121, denseNet } from "./families/densenet.js";
import { EFFICIENTNET_SCALES, efficientNet, efficientNetV2, type Scale } from "./families/efficientnet.js";
import { efficientNetLite } from "./families/efficientnetLite.js";
import { inceptionV3 } from "./families/inception.js";
import { mobileNetV2 } from "./families/mobilenetV2.js";
import { mobileNetV3Large } from "./families/mobilenetV3.js";
import {
  MOBILENETV4_CONV_MEDIUM,
  MOBILENETV4_CONV_SMALL,
  type MobileNetV4,
  mobileNetV4,
} from "./families/mobilenetV4.js";
import {
  REGNETX008,
  REGNETX016,
  REGNETX032,
  REGNETY008,
  REGNETY008_TORCHVISION,
  REGNETY016,
  REGNETY032,
  type RegNet,
  regNet,
} from "./families/regnet.js";
import { RESNET18, RESNET34, RESNET50, RESNEXT50, type ResidualNetwork, resNet } from "./families/resnet.js";
import { KERAS_APPLICATIONS } from "./kerasApplications.js";

/** torchvision's evaluation of its classification models: the short side becomes 256 px, of which the centre is kept. */
const TORCHVISION_INPUT: BaseInput = {
  size: 224,
  cropFraction: 224 / 256,
  kernel: "linear",
  pixelScale: PIXEL_SCALES.imagenet,
};

/** Scaled bicubically. @param resized what the short side becomes, of which `size` is kept */
const cubicInput = (size: number, resized: number): BaseInput => ({
  size,
  cropFraction: size / resized,
  kernel: "cubic",
  pixelScale: PIXEL_SCALES.imagenet,
});

type Namings = (architecture: Architecture) => readonly Naming[];

function ofTorch(
  name: string,
  architecture: Architecture,
  namings: Namings,
  input: BaseInput = TORCHVISION_INPUT,
): ArchitectureBase {
  return { name, architecture, input, ...readingOf(architecture, namings(architecture)) };
}

const residual = (name: string, network: ResidualNetwork): ArchitectureBase =>
  ofTorch(name, resNet(network), resNetNamings);

/** Input as timm 1.0.31 tests its `e2400` and `e500` weights at 256 px. */
const mobileNet4 = (name: string, network: MobileNetV4): ArchitectureBase =>
  ofTorch(name, mobileNetV4(network), mobileNetV4Namings, cubicInput(256, 256 / 0.95));

/** torchvision's weights came from TensorFlow: pixels are in ±1 whatever its transforms say (`transform_input`). */
const INCEPTION_INPUT: BaseInput = {
  size: 299,
  cropFraction: 299 / 342,
  kernel: "linear",
  pixelScale: PIXEL_SCALES["-1..1"],
};

const REGNETS: readonly (readonly [string, RegNet])[] = [
  ["regnetx-008", REGNETX008],
  ["regnetx-016", REGNETX016],
  ["regnetx-032", REGNETX032],
  ["regnety-008", REGNETY008],
  ["regnety-008-tv", REGNETY008_TORCHVISION],
  ["regnety-016", REGNETY016],
  ["regnety-032", REGNETY032],
];

/** Input as timm evaluates them at 224 px, the largest as torchvision does. */
const CONVNEXTS: readonly (readonly [string, ConvNext, BaseInput])[] = [
  ["convnext-atto", CONVNEXT_ATTO, cubicInput(224, 224 / 0.875)],
  ["convnext-femto", CONVNEXT_FEMTO, cubicInput(224, 224 / 0.875)],
  ["convnext-pico", CONVNEXT_PICO, cubicInput(224, 224 / 0.875)],
  ["convnext-nano", CONVNEXT_NANO, cubicInput(224, 224 / 0.95)],
  ["convnext-tiny", CONVNEXT_TINY, { ...TORCHVISION_INPUT, cropFraction: 224 / 236 }],
];

interface Scaled {
  readonly variant: number;
  readonly scale: Scale;
  readonly input: BaseInput;
}

/** As timm evaluates its `tf_mobilenetv3_large_100`. */
const TF_INPUT: BaseInput = { ...TORCHVISION_INPUT, pixelScale: PIXEL_SCALES["-1..1"] };

/** Input as torchvision evaluates its `IMAGENET1K_V1`. */
const EFFICIENTNETS: readonly Scaled[] = [
  { variant: 0, scale: EFFICIENTNET_SCALES[0], input: cubicInput(224, 256) },
  { variant: 1, scale: EFFICIENTNET_SCALES[1], input: cubicInput(240, 256) },
  { variant: 2, scale: EFFICIENTNET_SCALES[2], input: cubicInput(288, 288) },
  { variant: 3, scale: EFFICIENTNET_SCALES[3], input: cubicInput(300, 320) },
];

/** `V2_BASE_PARAMS` of the publishers' configurations; input as timm 1.0.31 tests its `in1k` weights. */
const EFFICIENTNETS_V2: readonly Scaled[] = [
  { variant: 0, scale: { width: 1, depth: 1 }, input: cubicInput(224, 224 / 0.875) },
  { variant: 1, scale: { width: 1, depth: 1.1 }, input: cubicInput(240, 240 / 0.882) },
  { variant: 2, scale: { width: 1.1, depth: 1.2 }, input: cubicInput(260, 260 / 0.89) },
  {
    variant: 3,
    scale: { width: 1.2, depth: 1.4 },
    input: { ...cubicInput(300, 300 / 0.904), pixelScale: PIXEL_SCALES["-1..1"] },
  },
];

/** `efficientnet_lite_builder.py` of the TPU repository. */
const LITE: readonly { readonly variant: number; readonly scale: Scale; readonly size: number }[] = [
  { variant: 3, scale: { width: 1.2, depth: 1.4 }, size: 280 },
  { variant: 4, scale: { width: 1.4, depth: 1.8 }, size: 300 },
];

/** Their weights lie in no package registry: a user brings a checkpoint. */
export const WITHOUT_WEIGHTS: readonly ArchitectureBase[] = [
  ofTorch("mobilenetv2", mobileNetV2(), mobileNetV2Namings),
  ofTorch("mobilenetv3-large", mobileNetV3Large("torch"), mobileNetV3Namings),
  ofTorch("tf-mobilenetv3-large", mobileNetV3Large("tensorflow"), mobileNetV3TimmNamings, TF_INPUT),
  ofTorch("torch-efficientnet-lite0", efficientNetLite(1, 1, "torch"), timmNamings, cubicInput(224, 256)),
  mobileNet4("mobilenetv4-conv-small", MOBILENETV4_CONV_SMALL),
  mobileNet4("mobilenetv4-conv-medium", MOBILENETV4_CONV_MEDIUM),
  residual("resnet18", RESNET18),
  residual("resnet34", RESNET34),
  residual("resnet50", RESNET50),
  residual("resnext50-32x4d", RESNEXT50),
  ofTorch("densenet121", denseNet(DENSENET121), denseNetNamings),
  ofTorch("inception-v3", inceptionV3(), inceptionNamings, INCEPTION_INPUT),
  ...REGNETS.map(([name, network]) => ofTorch(name, regNet(network), regNetNamings)),
  ...CONVNEXTS.map(([name, network, input]) => ofTorch(name, convNext(network), convNextNamings, input)),
  ...LITE.map(({ variant, scale: { width, depth }, size }) =>
    ofTorch(
      `efficientnet-lite${variant}`,
      efficientNetLite(width, depth),
      efficientNetLiteNamings,
      liteInput(size),
    ),
  ),
  ...EFFICIENTNETS.flatMap(({ variant, scale, input }) => [
    ofTorch(`efficientnet-b${variant}`, efficientNet(scale, "torch"), efficientNetNamings, input),
    ofTorch(`tf-efficientnet-b${variant}`, efficientNet(scale, "tensorflow"), timmNamings, input),
  ]),
  ...EFFICIENTNETS_V2.map(({ variant, scale, input }) =>
    ofTorch(`efficientnetv2-b${variant}`, efficientNetV2(scale), timmNamings, input),
  ),
  ...KERAS_APPLICATIONS,
];

const ALL: readonly ArchitectureBase[] = [...CATALOGUE, ...WITHOUT_WEIGHTS];

/** Other architectures of which a checkpoint with tensors of these names and shapes may be. */
export function twinsOf(name: string, naming: Naming): readonly string[] {
  const own = tensorsText(findArchitecture(name).architecture, naming);
  const twins = allTexts().filter((other) => other.name !== name && other.text === own);
  return [...new Set(twins.map((twin) => twin.name))];
}

const tensorsText = (architecture: Architecture, naming: Naming): string =>
  JSON.stringify([...expectedTensors(architecture, naming)].sort(([a], [b]) => (a < b ? -1 : 1)));

let texts: readonly { readonly name: string; readonly text: string }[] | undefined;

/** Of every naming of every architecture; worked out once, when somebody asks. */
function allTexts(): NonNullable<typeof texts> {
  texts ??= ALL.flatMap(({ name, architecture, namings }) =>
    namings.map((naming) => ({ name, text: tensorsText(architecture, naming) })),
  );
  return texts;
}

/** @throws ThawError BASE_UNKNOWN */
export function findArchitecture(name: string): ArchitectureBase {
  const found = ALL.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  throw new ThawError("BASE_UNKNOWN", `there is no architecture called "${name}"`, {
    hint: `architectures: ${[...ALL.map((candidate) => candidate.name), LAYERS_MODEL, ONNX].join(", ")}`,
  });
}
