/** timm's weights of the architectures that thaw has, as `pretrained_cfg` of timm 1.0.31 describes them. */
import type { BaseView } from "../../../spec/base.js";
import { PIXEL_SCALES, type PixelScaleName } from "../../../spec/pixelScales.js";
import type { KnownBase } from "./knownBase.js";

interface Particulars {
  readonly licence?: string;
  readonly kernel?: BaseView["kernel"];
  readonly scale?: PixelScaleName;
  readonly classes?: number;
}

/**
 * Input as timm evaluates at the size that it was trained for, or tests it at where that is the architecture's own. Most are
 * under Apache-2.0, scaled bicubically and by ImageNet's colours, and have its 1000 classes: others say so.
 */
type Row = readonly [
  model: string,
  architecture: string,
  size: number,
  cropFraction: number,
  particulars?: Particulars,
];

const ROWS: readonly Row[] = [
  ["mobilenetv2_100.ra_in1k", "mobilenetv2", 224, 0.875],
  [
    "mobilenetv3_large_100.miil_in21k",
    "mobilenetv3-large",
    224,
    0.875,
    { kernel: "linear", scale: "0..1", classes: 11221 },
  ],
  [
    "mobilenetv3_large_100.miil_in21k_ft_in1k",
    "mobilenetv3-large",
    224,
    0.875,
    { kernel: "linear", scale: "0..1" },
  ],
  ["mobilenetv3_large_100.ra4_e3600_r224_in1k", "mobilenetv3-large", 224, 0.95, { scale: "-1..1" }],
  ["mobilenetv3_large_100.ra_in1k", "mobilenetv3-large", 224, 0.875],
  ["tf_mobilenetv3_large_100.in1k", "tf-mobilenetv3-large", 224, 0.875, { kernel: "linear", scale: "-1..1" }],
  ["mobilenetv4_conv_small.e2400_r224_in1k", "mobilenetv4-conv-small", 256, 0.95],
  ["mobilenetv4_conv_small.e3600_r256_in1k", "mobilenetv4-conv-small", 256, 0.95, { scale: "-1..1" }],
  ["mobilenetv4_conv_medium.e250_r384_in12k", "mobilenetv4-conv-medium", 384, 1, { classes: 11821 }],
  ["mobilenetv4_conv_medium.e250_r384_in12k_ft_in1k", "mobilenetv4-conv-medium", 384, 0.95],
  ["mobilenetv4_conv_medium.e500_r224_in1k", "mobilenetv4-conv-medium", 256, 1],
  ["mobilenetv4_conv_medium.e500_r256_in1k", "mobilenetv4-conv-medium", 256, 0.95],
  ["efficientnet_lite0.ra_in1k", "torch-efficientnet-lite0", 224, 0.875],
  ["tf_efficientnet_lite0.in1k", "efficientnet-lite0", 224, 0.875, { scale: "-1..1" }],
  ["tf_efficientnet_lite1.in1k", "efficientnet-lite1", 240, 0.882, { scale: "-1..1" }],
  ["tf_efficientnet_lite2.in1k", "efficientnet-lite2", 260, 0.89, { scale: "-1..1" }],
  ["tf_efficientnet_lite3.in1k", "efficientnet-lite3", 300, 0.904, { kernel: "linear", scale: "-1..1" }],
  ["tf_efficientnet_lite4.in1k", "efficientnet-lite4", 380, 0.92, { kernel: "linear", scale: "-1..1" }],
  ["efficientnet_b0.ra4_e3600_r224_in1k", "efficientnet-b0", 224, 0.9, { scale: "-1..1" }],
  ["efficientnet_b0.ra_in1k", "efficientnet-b0", 224, 0.875],
  ["tf_efficientnet_b0.in1k", "tf-efficientnet-b0", 224, 0.875],
  ["tf_efficientnet_b0.ns_jft_in1k", "tf-efficientnet-b0", 224, 0.875],
  ["efficientnet_b1.ft_in1k", "efficientnet-b1", 224, 0.875],
  ["efficientnet_b1.ra4_e3600_r240_in1k", "efficientnet-b1", 240, 0.9, { scale: "-1..1" }],
  ["tf_efficientnet_b1.in1k", "tf-efficientnet-b1", 240, 0.882],
  ["tf_efficientnet_b1.ns_jft_in1k", "tf-efficientnet-b1", 240, 0.882],
  ["efficientnet_b2.ra_in1k", "efficientnet-b2", 288, 1],
  ["tf_efficientnet_b2.in1k", "tf-efficientnet-b2", 260, 0.89],
  ["tf_efficientnet_b2.ns_jft_in1k", "tf-efficientnet-b2", 260, 0.89],
  ["efficientnet_b3.ra2_in1k", "efficientnet-b3", 288, 0.875],
  ["tf_efficientnet_b3.in1k", "tf-efficientnet-b3", 300, 0.904],
  ["tf_efficientnet_b3.ns_jft_in1k", "tf-efficientnet-b3", 300, 0.904],
  ["tf_efficientnetv2_b0.in1k", "efficientnetv2-b0", 224, 0.875],
  ["tf_efficientnetv2_b1.in1k", "efficientnetv2-b1", 240, 0.882],
  ["tf_efficientnetv2_b2.in1k", "efficientnetv2-b2", 260, 0.89],
  ["tf_efficientnetv2_b3.in1k", "efficientnetv2-b3", 300, 0.904],
  ["tf_efficientnetv2_b3.in21k", "efficientnetv2-b3", 300, 0.904, { scale: "-1..1", classes: 21843 }],
  ["tf_efficientnetv2_b3.in21k_ft_in1k", "efficientnetv2-b3", 300, 0.9, { scale: "-1..1" }],
  ["resnet18.a1_in1k", "resnet18", 224, 0.95],
  ["resnet18.fb_ssl_yfcc100m_ft_in1k", "resnet18", 224, 0.875, { licence: "CC-BY-NC-4.0", kernel: "linear" }],
  ["resnet18.fb_swsl_ig1b_ft_in1k", "resnet18", 224, 0.875, { licence: "CC-BY-NC-4.0", kernel: "linear" }],
  ["resnet18.gluon_in1k", "resnet18", 224, 0.875],
  ["resnet18.tv_in1k", "resnet18", 224, 0.875, { licence: "BSD-3-Clause", kernel: "linear" }],
  ["resnet34.a1_in1k", "resnet34", 224, 0.95],
  ["resnet34.gluon_in1k", "resnet34", 224, 0.875],
  ["resnet34.ra4_e3600_r224_in1k", "resnet34", 224, 0.9, { scale: "-1..1" }],
  ["resnet34.tv_in1k", "resnet34", 224, 0.875, { licence: "BSD-3-Clause", kernel: "linear" }],
  ["resnet50.a1_in1k", "resnet50", 224, 0.95],
  ["resnet50.a1h_in1k", "resnet50", 224, 1],
  ["resnet50.fb_ssl_yfcc100m_ft_in1k", "resnet50", 224, 0.875, { licence: "CC-BY-NC-4.0", kernel: "linear" }],
  ["resnet50.fb_swsl_ig1b_ft_in1k", "resnet50", 224, 0.875, { licence: "CC-BY-NC-4.0", kernel: "linear" }],
  ["resnet50.gluon_in1k", "resnet50", 224, 0.875],
  ["resnet50.ra_in1k", "resnet50", 224, 0.875],
  ["resnet50.tv2_in1k", "resnet50", 224, 0.965, { licence: "BSD-3-Clause", kernel: "linear" }],
  ["resnet50.tv_in1k", "resnet50", 224, 0.875, { licence: "BSD-3-Clause", kernel: "linear" }],
  ["resnext50_32x4d.a1_in1k", "resnext50-32x4d", 224, 0.95],
  ["resnext50_32x4d.a1h_in1k", "resnext50-32x4d", 224, 0.95],
  [
    "resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k",
    "resnext50-32x4d",
    224,
    0.875,
    { licence: "CC-BY-NC-4.0", kernel: "linear" },
  ],
  [
    "resnext50_32x4d.fb_swsl_ig1b_ft_in1k",
    "resnext50-32x4d",
    224,
    0.875,
    { licence: "CC-BY-NC-4.0", kernel: "linear" },
  ],
  ["resnext50_32x4d.gluon_in1k", "resnext50-32x4d", 224, 0.875],
  ["resnext50_32x4d.ra_in1k", "resnext50-32x4d", 224, 0.875],
  ["resnext50_32x4d.tv2_in1k", "resnext50-32x4d", 224, 0.965, { licence: "BSD-3-Clause", kernel: "linear" }],
  ["resnext50_32x4d.tv_in1k", "resnext50-32x4d", 224, 0.875, { licence: "BSD-3-Clause", kernel: "linear" }],
  ["regnetx_008.pycls_in1k", "regnetx-008", 224, 0.875, { licence: "MIT" }],
  ["regnetx_008.tv2_in1k", "regnetx-008", 224, 0.965, { licence: "BSD-3-Clause" }],
  ["regnetx_016.pycls_in1k", "regnetx-016", 224, 0.875, { licence: "MIT" }],
  ["regnetx_016.tv2_in1k", "regnetx-016", 224, 0.965, { licence: "BSD-3-Clause" }],
  ["regnetx_032.pycls_in1k", "regnetx-032", 224, 0.875, { licence: "MIT" }],
  ["regnetx_032.tv2_in1k", "regnetx-032", 224, 0.965, { licence: "BSD-3-Clause" }],
  ["regnety_008.pycls_in1k", "regnety-008", 224, 0.875, { licence: "MIT" }],
  ["regnety_008_tv.tv2_in1k", "regnety-008-tv", 224, 0.965, { licence: "BSD-3-Clause" }],
  ["regnety_016.pycls_in1k", "regnety-016", 224, 0.875, { licence: "MIT" }],
  ["regnety_016.tv2_in1k", "regnety-016", 224, 0.965, { licence: "BSD-3-Clause" }],
  ["regnety_032.pycls_in1k", "regnety-032", 224, 0.875, { licence: "MIT" }],
  ["regnety_032.ra_in1k", "regnety-032", 224, 0.95],
  ["regnety_032.tv2_in1k", "regnety-032", 224, 0.965, { licence: "BSD-3-Clause" }],
  ["densenet121.ra_in1k", "densenet121", 224, 0.875],
  ["densenet121.tv_in1k", "densenet121", 224, 0.875],
  ["convnext_atto.d2_in1k", "convnext-atto", 224, 0.875],
  ["convnext_femto.d1_in1k", "convnext-femto", 224, 0.875],
  ["convnext_pico.d1_in1k", "convnext-pico", 224, 0.875],
  ["convnext_nano.d1h_in1k", "convnext-nano", 224, 0.95],
  ["convnext_nano.in12k", "convnext-nano", 224, 0.95, { classes: 11821 }],
  ["convnext_nano.in12k_ft_in1k", "convnext-nano", 224, 0.95],
  ["convnext_nano.r384_ad_in12k", "convnext-nano", 384, 1, { classes: 11821 }],
  ["convnext_nano.r384_in12k", "convnext-nano", 384, 1, { classes: 11821 }],
  ["convnext_nano.r384_in12k_ft_in1k", "convnext-nano", 384, 1],
  ["convnext_tiny.fb_in1k", "convnext-tiny", 224, 0.875],
  ["convnext_tiny.fb_in22k", "convnext-tiny", 224, 0.875, { classes: 21841 }],
  ["convnext_tiny.fb_in22k_ft_in1k", "convnext-tiny", 224, 0.875],
  ["convnext_tiny.in12k", "convnext-tiny", 224, 0.95, { classes: 11821 }],
  ["convnext_tiny.in12k_ft_in1k", "convnext-tiny", 224, 0.95],
  ["inception_v3.gluon_in1k", "inception-v3", 299, 0.875],
  ["inception_v3.tf_in1k", "inception-v3", 299, 0.875, { scale: "-1..1" }],
  ["inception_v3.tv_in1k", "inception-v3", 299, 0.875, { scale: "-1..1" }],
];

/** By the end of a model's name, the longest first. */
const PRETRAINED: readonly (readonly [RegExp, string])[] = [
  [/ns_jft_in1k$/, "300 million unlabelled pictures (JFT, noisy student) and ImageNet-1k"],
  [/ssl_yfcc100m_ft_in1k$/, "YFCC100M (semi-supervised), then ImageNet-1k"],
  [/swsl_ig1b_ft_in1k$/, "a billion pictures with hashtags (semi-weakly supervised), then ImageNet-1k"],
  [/in22k_ft_in1k$/, "ImageNet-22k, then ImageNet-1k"],
  [/in21k_ft_in1k$/, "ImageNet-21k, then ImageNet-1k"],
  [/in12k_ft_in1k$/, "ImageNet-12k, then ImageNet-1k"],
  [/in22k$/, "ImageNet-22k"],
  [/in21k$/, "ImageNet-21k"],
  [/in12k$/, "ImageNet-12k"],
  [/in1k$/, "ImageNet-1k"],
];

function pretrainedOn(model: string): string {
  const found = PRETRAINED.find(([ending]) => ending.test(model));
  if (found === undefined) throw new Error(`${model} does not say what it was trained on`);
  return found[1];
}

export const TIMM: readonly KnownBase[] = ROWS.map(
  ([model, architecture, size, cropFraction, particulars = {}]) => {
    const { licence = "Apache-2.0", kernel = "cubic", scale = "imagenet", classes = 1000 } = particulars;
    const url = `https://huggingface.co/timm/${model}/resolve/main/model.safetensors`;
    return {
      name: `timm/${model}`,
      url,
      architecture,
      pixelScale: PIXEL_SCALES[scale],
      inputSize: size,
      view: { cropFraction, kernel },
      domain: "photographs",
      classes,
      source: url,
      licence,
      pretrainedOn: pretrainedOn(model),
    };
  },
);
