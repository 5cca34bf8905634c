/** torchvision's weights: `torchvision/models` of version 0.27.1 has their addresses and transforms. */
import type { BaseView } from "../../../spec/base.js";
import type { KnownBase } from "./knownBase.js";

/** The publisher gives no licence of single weights; timm states this one for those that it took over. */
const LICENCE = "BSD-3-Clause (torchvision; terms of the images may apply)";

interface Classifier {
  readonly name: string;
  readonly architecture: string;
  /** Ends with the first eight digits of its SHA-256. */
  readonly file: string;
  /** Side that is kept, side before the crop, and how it is scaled: of the weights' transforms. */
  readonly view: readonly [kept: number, resized: number, kernel: BaseView["kernel"]];
}

const CLASSIFIERS: readonly Classifier[] = [
  { name: "resnet18", architecture: "resnet18", file: "resnet18-f37072fd.pth", view: [224, 256, "linear"] },
  { name: "resnet34", architecture: "resnet34", file: "resnet34-b627a593.pth", view: [224, 256, "linear"] },
  { name: "resnet50", architecture: "resnet50", file: "resnet50-0676ba61.pth", view: [224, 256, "linear"] },
  {
    name: "resnet50-v2",
    architecture: "resnet50",
    file: "resnet50-11ad3fa6.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "resnext50-32x4d",
    architecture: "resnext50-32x4d",
    file: "resnext50_32x4d-7cdf4587.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "resnext50-32x4d-v2",
    architecture: "resnext50-32x4d",
    file: "resnext50_32x4d-1a0047aa.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "mobilenet-v2",
    architecture: "mobilenetv2",
    file: "mobilenet_v2-b0353104.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "mobilenet-v2-v2",
    architecture: "mobilenetv2",
    file: "mobilenet_v2-7ebf99e0.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "mobilenet-v3-large",
    architecture: "mobilenetv3-large",
    file: "mobilenet_v3_large-8738ca79.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "mobilenet-v3-large-v2",
    architecture: "mobilenetv3-large",
    file: "mobilenet_v3_large-5c1a4163.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "efficientnet-b0",
    architecture: "efficientnet-b0",
    file: "efficientnet_b0_rwightman-7f5810bc.pth",
    view: [224, 256, "cubic"],
  },
  {
    name: "efficientnet-b1",
    architecture: "efficientnet-b1",
    file: "efficientnet_b1_rwightman-bac287d4.pth",
    view: [240, 256, "cubic"],
  },
  {
    name: "efficientnet-b1-v2",
    architecture: "efficientnet-b1",
    file: "efficientnet_b1-c27df63c.pth",
    view: [240, 255, "linear"],
  },
  {
    name: "efficientnet-b2",
    architecture: "efficientnet-b2",
    file: "efficientnet_b2_rwightman-c35c1473.pth",
    view: [288, 288, "cubic"],
  },
  {
    name: "efficientnet-b3",
    architecture: "efficientnet-b3",
    file: "efficientnet_b3_rwightman-b3899882.pth",
    view: [300, 320, "cubic"],
  },
  {
    name: "regnet-x-800mf",
    architecture: "regnetx-008",
    file: "regnet_x_800mf-ad17e45c.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "regnet-x-800mf-v2",
    architecture: "regnetx-008",
    file: "regnet_x_800mf-94a99ebd.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "regnet-x-1-6gf",
    architecture: "regnetx-016",
    file: "regnet_x_1_6gf-e3633e7f.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "regnet-x-1-6gf-v2",
    architecture: "regnetx-016",
    file: "regnet_x_1_6gf-a12f2b72.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "regnet-x-3-2gf",
    architecture: "regnetx-032",
    file: "regnet_x_3_2gf-f342aeae.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "regnet-x-3-2gf-v2",
    architecture: "regnetx-032",
    file: "regnet_x_3_2gf-7071aa85.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "regnet-y-800mf",
    architecture: "regnety-008-tv",
    file: "regnet_y_800mf-1b27b58c.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "regnet-y-800mf-v2",
    architecture: "regnety-008-tv",
    file: "regnet_y_800mf-58fc7688.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "regnet-y-1-6gf",
    architecture: "regnety-016",
    file: "regnet_y_1_6gf-b11a554e.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "regnet-y-1-6gf-v2",
    architecture: "regnety-016",
    file: "regnet_y_1_6gf-0d7bc02a.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "regnet-y-3-2gf",
    architecture: "regnety-032",
    file: "regnet_y_3_2gf-b5a9779c.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "regnet-y-3-2gf-v2",
    architecture: "regnety-032",
    file: "regnet_y_3_2gf-9180c971.pth",
    view: [224, 232, "linear"],
  },
  {
    name: "densenet121",
    architecture: "densenet121",
    file: "densenet121-a639ec97.pth",
    view: [224, 256, "linear"],
  },
  {
    name: "convnext-tiny",
    architecture: "convnext-tiny",
    file: "convnext_tiny-983f1562.pth",
    view: [224, 236, "linear"],
  },
  {
    name: "inception-v3",
    architecture: "inception-v3",
    file: "inception_v3_google-0cc3c7bd.pth",
    view: [299, 342, "linear"],
  },
];

const FOLDER = "https://download.pytorch.org/models/";

/** torchvision's issue 8382: features of nearly the same picture are less alike than with the first weights. */
const SECOND_WEIGHTS =
  "these were trained for accuracy on ImageNet, and their features can be worth less than those of the first weights: compare both (`bases: [..]`)";

const digestIn = (file: string): string => /-([0-9a-f]{8})\.pth$/.exec(file)?.[1] ?? "";

/** Of MobileNetV2 the first weights end so, too. */
const isSecond = (name: string): boolean => name.endsWith("-v2") && name !== "mobilenet-v2";

function classifier({ name, architecture, file, view: [kept, resized, kernel] }: Classifier): KnownBase {
  return {
    name: `torchvision/${name}`,
    url: FOLDER + file,
    architecture,
    sha256: digestIn(file),
    inputSize: kept,
    view: { cropFraction: kept / resized, kernel },
    domain: "photographs",
    classes: 1000,
    source: FOLDER + file,
    licence: LICENCE,
    pretrainedOn: "ImageNet-1k",
    ...(isSecond(name) ? { note: SECOND_WEIGHTS } : {}),
  };
}

/** Their bodies are ResNet-50 with batch norms that were frozen. */
const DETECTORS: readonly (readonly [name: string, file: string])[] = [
  ["fasterrcnn-resnet50-fpn", "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth"],
  ["maskrcnn-resnet50-fpn", "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth"],
  ["retinanet-resnet50-fpn", "retinanet_resnet50_fpn_coco-eeacb38b.pth"],
];

function detector([name, file]: readonly [string, string]): KnownBase {
  return {
    name: `torchvision/${name}`,
    url: FOLDER + file,
    architecture: "resnet50",
    prefix: "backbone.body.",
    // `overwrite_eps(model, 0.0)` of torchvision 0.6 and later, with the COCO_V1 weights alone.
    normEpsilon: 0,
    sha256: digestIn(file),
    domain: "objects in photographs",
    classes: 80,
    source: `${FOLDER}${file} (its body)`,
    licence: LICENCE,
    pretrainedOn: "ImageNet-1k, then the objects of COCO 2017",
    note: "it was trained to find objects in pictures of 800 pixels",
  };
}

export const TORCHVISION: readonly KnownBase[] = [...CLASSIFIERS.map(classifier), ...DETECTORS.map(detector)];
