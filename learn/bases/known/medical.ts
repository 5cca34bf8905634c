/** Medical pictures: torchxrayvision (its modules `models` and `datasets` have the addresses and the scale) and RadImageNet. */
import type { BaseView } from "../../../spec/base.js";
import { SEE_THE_PUBLISHER } from "../../../spec/licence.js";
import { PIXEL_SCALES } from "../../../spec/pixelScales.js";
import type { KnownBase } from "./knownBase.js";

const RELEASE = "https://github.com/mlmed/torchxrayvision/releases/download/v1/";

/** `XRayCenterCrop` keeps the whole short side; its models scale linearly. */
const WHOLE: BaseView = { cropFraction: 1, kernel: "linear" };

const DATA_SETS: readonly (readonly [name: string, data: string, start: string])[] = [
  [
    "all",
    "seven collections of chest radiographs (NIH, PadChest, CheXpert, MIMIC and others)",
    "nih-pc-chex-mimic_ch-google-openi-kaggle",
  ],
  ["nih", "chest radiographs of the NIH", "nih"],
  ["pc", "chest radiographs of PadChest", "pc"],
  ["chex", "chest radiographs of CheXpert", "chex"],
  ["rsna", "chest radiographs of the RSNA's pneumonia challenge", "kaggle"],
  ["mimic_ch", "chest radiographs of MIMIC-CXR, labelled as in CheXpert", "mimic_ch"],
  ["mimic_nb", "chest radiographs of MIMIC-CXR, labelled by NegBio", "mimic_nb"],
];

const LABELS = 18;

const radiographs = (
  name: string,
  file: string,
  pretrainedOn: string,
  own: Pick<KnownBase, "architecture" | "inputSize">,
): KnownBase => ({
  name: `torchxrayvision/${name}`,
  url: RELEASE + file,
  ...own,
  pixelScale: PIXEL_SCALES["-1024..1024"],
  view: WHOLE,
  domain: "chest radiographs (x-ray)",
  classes: LABELS,
  source: RELEASE + file,
  // The code is Apache-2.0; of the weights the collections' terms are what there is.
  licence: `${SEE_THE_PUBLISHER} (code: Apache-2.0; weights by the terms of the collections)`,
  pretrainedOn,
});

/**
 * Published in a folder that only a browser opens.
 * @param by the framework whose models the file is among
 */
const radImageNet = (architecture: string, file: string, by = "PyTorch"): KnownBase => ({
  name: `radimagenet/${architecture}`,
  architecture,
  domain: "CT, MRI and ultrasound",
  classes: 165,
  source: "RadImageNet (github.com/BMEII-AI/RadImageNet)",
  licence: SEE_THE_PUBLISHER,
  pretrainedOn: "RadImageNet (1.35 million CT, MRI and ultrasound pictures)",
  byHand: `open github.com/BMEII-AI/RadImageNet, download its ${by} models in a browser, and add the file: \`thaw bases add ${file} --name radimagenet --arch ${architecture}\` with the --scale and --licence that its publisher states`,
});

export const MEDICAL: readonly KnownBase[] = [
  ...DATA_SETS.map(([name, data, start]) =>
    radiographs(
      `densenet121-${name.replaceAll("_", "-")}`,
      `${start}-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt`,
      data,
      { architecture: "densenet121", inputSize: 224 },
    ),
  ),
  radiographs(
    "resnet50-all",
    "pc-nih-rsna-siim-vin-resnet50-test512-e400-state.pt",
    "five collections of chest radiographs (PadChest, NIH, RSNA, SIIM, VinBigData)",
    { architecture: "resnet50", inputSize: 512 },
  ),
  radImageNet("resnet50", "ResNet50.pt"),
  radImageNet("densenet121", "DenseNet121.pt"),
  radImageNet("inception-v3", "InceptionV3.pt"),
  radImageNet("resnet50-keras", "RadImageNet-ResNet50_notop.h5", "TensorFlow"),
  radImageNet("inception-v3-keras", "RadImageNet-InceptionV3_notop.h5", "TensorFlow"),
  radImageNet("densenet121-keras", "RadImageNet-DenseNet121_notop.h5", "TensorFlow"),
];
