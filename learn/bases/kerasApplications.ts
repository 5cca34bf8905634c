/** Networks as `keras.applications` builds them, which differ in padding, strides and scale of pixels from PyTorch's. */
import { PIXEL_SCALES } from "../../spec/pixelScales.js";
import type { ImportedWeights } from "../import/fit.js";
import {
  kerasDenseNetNamings,
  kerasEfficientNetNamings,
  kerasInceptionNamings,
  kerasMobileNetV2Namings,
  kerasResNetNamings,
} from "../import/keras/names.js";
import type { Naming } from "../import/torchUnits.js";
import type { Architecture } from "./architecture.js";
import { type ArchitectureBase, type BaseInput, readingOf } from "./catalogue.js";
import { withColoursTurned } from "./colourOrder.js";
import { DENSENET121_KERAS, denseNet } from "./families/densenet.js";
import { EFFICIENTNET_SCALES, efficientNet } from "./families/efficientnet.js";
import { inceptionV3 } from "./families/inception.js";
import { mobileNetV2 } from "./families/mobilenetV2.js";
import { RESNET50_KERAS, resNet } from "./families/resnet.js";
import { efficientNetPixels, otherPixels } from "./kerasPixels.js";

/** Keras states no resizing of its own: that of torchvision's evaluation. */
const VIEW = { size: 224, cropFraction: 224 / 256, kernel: "linear" } as const;

/** `preprocess_input` in mode "tf": pixels in −1…1. */
const PLUS_MINUS_ONE: BaseInput = { ...VIEW, pixelScale: PIXEL_SCALES["-1..1"] };

/** `preprocess_input` in mode "caffe": ImageNet's mean colour taken off, nothing divided, and blue comes first. */
const MEAN_TAKEN_OFF: BaseInput = {
  ...VIEW,
  pixelScale: { mean: [123.68, 116.779, 103.939], deviation: 1 },
};

/** `preprocess_input` in mode "torch". */
const AS_TORCH: BaseInput = { ...VIEW, pixelScale: PIXEL_SCALES.imagenet };

/** The published evaluation, bicubic, cuts this many pixels off the resized side, as of EfficientNet-Lite. */
const CROP_PADDING = 32;

/** Default sides of Keras, and what its layers before the first convolution do with ImageNet's weights. */
const efficientNetInput = (size: number): BaseInput => ({
  size,
  cropFraction: size / (size + CROP_PADDING),
  kernel: "cubic",
  pixelScale: PIXEL_SCALES.imagenet,
});

const EFFICIENTNET_SIZES = [224, 240, 260, 300];

/** TensorFlow's padding, and the epsilon of `keras.applications.mobilenet_v2`. */
const MOBILENETV2 = mobileNetV2(() => "same", 1e-3);

const RESNET50 = resNet(RESNET50_KERAS);

const DENSENET121 = denseNet(DENSENET121_KERAS);

const INCEPTION_V3 = inceptionV3("same");
/** Side of its input, and the share of the resized picture that it was evaluated on (`inception_preprocessing.py`). */
const INCEPTION_SIZE = 299;
const INCEPTION_CROP = 0.875;

/** As `readingOf`, and it says what the file says of pixels. */
function kerasReading(
  architecture: Architecture,
  namings: readonly Naming[],
  pixelsOf = otherPixels,
): ReturnType<typeof readingOf> {
  const reading = readingOf(architecture, namings);
  return {
    ...reading,
    read: async (...args) => {
      const imported = await reading.read(...args);
      const { pixelLayers } = imported;
      return pixelLayers === undefined ? imported : { ...imported, pixels: pixelsOf(pixelLayers) };
    },
  };
}

const resNet50 = kerasReading(RESNET50, kerasResNetNamings(RESNET50));

/** They wait for a file of the user's own, as {@link ArchitectureBase}s do. */
export const KERAS_APPLICATIONS: readonly ArchitectureBase[] = [
  {
    name: "mobilenetv2-keras",
    architecture: MOBILENETV2,
    input: PLUS_MINUS_ONE,
    ...kerasReading(MOBILENETV2, kerasMobileNetV2Namings(MOBILENETV2)),
  },
  ...EFFICIENTNET_SCALES.map((scale, variant): ArchitectureBase => {
    const architecture = efficientNet(scale, "tensorflow");
    return {
      name: `efficientnet-b${variant}-keras`,
      architecture,
      input: efficientNetInput(EFFICIENTNET_SIZES[variant] ?? VIEW.size),
      ...kerasReading(architecture, kerasEfficientNetNamings(architecture), efficientNetPixels),
    };
  }),
  {
    name: "densenet121-keras",
    architecture: DENSENET121,
    input: AS_TORCH,
    ...kerasReading(DENSENET121, kerasDenseNetNamings(DENSENET121)),
  },
  {
    name: "inception-v3-keras",
    architecture: INCEPTION_V3,
    input: { ...PLUS_MINUS_ONE, size: INCEPTION_SIZE, cropFraction: INCEPTION_CROP },
    ...kerasReading(INCEPTION_V3, kerasInceptionNamings(INCEPTION_V3)),
  },
  {
    name: "resnet50-keras",
    architecture: RESNET50,
    input: MEAN_TAKEN_OFF,
    namings: resNet50.namings,
    read: async (...args) => fromBlueFirst(await resNet50.read(...args)),
    load: async (checkpoint) => fromBlueFirst(await resNet50.read(checkpoint)).parameters,
  },
];

/** The same network for pixels in the order red, green, blue; where its user has said which of its channels these are, they are. */
const fromBlueFirst = (imported: ImportedWeights): ImportedWeights => {
  const { parameters, taken, ...told } = imported;
  if (taken?.bands !== undefined) return imported;
  return {
    ...told,
    parameters: withColoursTurned(RESNET50, parameters),
    taken: { name: "plain", ...taken, blueFirst: true },
  };
};
