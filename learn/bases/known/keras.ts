/** The weights of `keras.applications`, without classifier: `keras/src/applications` of Keras 3.15 has their addresses. */
import type { KnownBase } from "./knownBase.js";

const FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/";

/** Keras gives MD5 digests only, which hold nobody to a file. */
const keras = (name: string, url: string, licence: string): KnownBase => ({
  name: `keras/${name}`,
  url,
  architecture: `${name}-keras`,
  domain: "photographs",
  classes: 1000,
  source: url,
  licence,
  pretrainedOn: "ImageNet-1k",
});

/** The TPU repository, whose weights EfficientNet's are, is under this licence. */
const TPU = "Apache-2.0 (TensorFlow TPU repository)";

export const KERAS: readonly KnownBase[] = [
  keras(
    "mobilenetv2",
    `${FOLDER}mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5`,
    "Apache-2.0",
  ),
  keras("resnet50", `${FOLDER}resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5`, "MIT"),
  keras(
    "densenet121",
    `${FOLDER}densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    "BSD-3-Clause",
  ),
  keras(
    "inception-v3",
    `${FOLDER}inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    "Apache-2.0",
  ),
  ...[0, 1, 2, 3].map((variant) =>
    keras(
      `efficientnet-b${variant}`,
      `https://storage.googleapis.com/keras-applications/efficientnetb${variant}_notop.h5`,
      TPU,
    ),
  ),
];
