/** Networks as `keras.applications` builds them, which differ in padding, strides and scale of pixels from PyTorch's. */
import { PIXEL_SCALES } from "../../spec/pixelScales.js";
import type { ImportedWeights } from "../import/fit.js";
import { kerasMobileNetV2Namings, kerasResNetNamings } from "../import/keras/names.js";
import { type ArchitectureBase, type BaseInput, readingOf } from "./catalogue.js";
import { withColoursTurned } from "./colourOrder.js";
import { mobileNetV2 } from "./families/mobilenetV2.js";
import { RESNET50_KERAS, resNet } from "./families/resnet.js";

/** Keras states no resizing of its own: that of torchvision's evaluation. */
const VIEW = { size: 224, cropFraction: 224 / 256, kernel: "linear" } as const;

/** `preprocess_input` in mode "tf": pixels in −1…1. */
const PLUS_MINUS_ONE: BaseInput = { ...VIEW, pixelScale: PIXEL_SCALES["-1..1"] };

/** `preprocess_input` in mode "caffe": ImageNet's mean colour taken off, nothing divided, and blue comes first. */
const MEAN_TAKEN_OFF: BaseInput = {
  ...VIEW,
  pixelScale: { mean: [123.68, 116.779, 103.939], deviation: 1 },
};

/** TensorFlow's padding, and the epsilon of `keras.applications.mobilenet_v2`. */
const MOBILENETV2 = mobileNetV2(() => "same", 1e-3);

const RESNET50 = resNet(RESNET50_KERAS);

const resNet50 = readingOf(RESNET50, kerasResNetNamings(RESNET50));

/** They wait for a file of the user's own, as {@link ArchitectureBase}s do. */
export const KERAS_APPLICATIONS: readonly ArchitectureBase[] = [
  {
    name: "mobilenetv2-keras",
    architecture: MOBILENETV2,
    input: PLUS_MINUS_ONE,
    ...readingOf(MOBILENETV2, kerasMobileNetV2Namings(MOBILENETV2)),
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

/** The same network for pixels in the order red, green, blue. */
const fromBlueFirst = ({ parameters, taken }: ImportedWeights): ImportedWeights => ({
  parameters: withColoursTurned(RESNET50, parameters),
  taken: { name: "plain", ...taken, blueFirst: true },
});
