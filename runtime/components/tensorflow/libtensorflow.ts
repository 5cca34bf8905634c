/** TensorFlow's C library and its headers, out of the Python wheel. */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import type { Recipe } from "../component.js";
import { downloadWheel } from "../download/wheelDownload.js";
import { type Member, unpackWheel } from "../download/wheelUnpack.js";
import { machine, pinnedBuild } from "../machine.js";
import { CUDA_LIBRARIES, CUDNN, LIBTENSORFLOW, LIBTENSORFLOW_CUDA, type WheelPin } from "../pins.js";
import { type EngineVariant, engineVariant } from "./engineVariant.js";
import { loadedPart } from "./loadedPart.js";

/** The C interface and the headers that its own headers include. */
const HEADERS = [
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/ctstring",
  "tensorflow/include/tsl/platform/ctstring",
  "tensorflow/include/xla/tsl/c/",
];

/** `lib/libtensorflow_{cc,framework}.so.2` and `include/`; the wheel's other 0.5 GB serve Python. */
function choose(name: string): Member | undefined {
  const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/.exec(name)?.[1];
  if (library !== undefined) return { path: `lib/${library}`, keep: loadedPart };
  if (!HEADERS.some((prefix) => name.startsWith(prefix))) return undefined;
  return { path: name.slice("tensorflow/".length) };
}

/**
 * What the dynamic loader reads of a CUDA wheel. TensorFlow looks beside itself for `nvidia/PART/lib`; cuDNN looks for
 * the compiler beside its own folder, under a shorter name than that of the compiler's wheel.
 */
function chooseCuda(name: string): Member | undefined {
  if (!/^nvidia\/[a-z_]+\/lib\/[^/]+(?<!\.alt)\.so(\.\d+)*$/.test(name)) return undefined;
  return { path: name.replace("/cuda_nvrtc/", "/nvrtc/") };
}

interface Variant {
  readonly tensorflow: WheelPin;
  readonly cuda: readonly WheelPin[];
  /** Begins the folder's name; that of the processors' build is older than the other. */
  readonly folder: string;
}

const VARIANTS: Readonly<Record<EngineVariant, Variant>> = {
  cpu: { tensorflow: LIBTENSORFLOW, cuda: [], folder: "libtensorflow" },
  gpu: {
    tensorflow: LIBTENSORFLOW_CUDA,
    cuda: CUDA_LIBRARIES,
    folder: `libtensorflow-cudnn-${CUDNN.version}`,
  },
};

/** One digest for all that the folder is made of. */
function digestOf(pins: readonly WheelPin[]): string {
  const digests = pins.map((pin) => pinnedBuild(pin)?.sha256 ?? "");
  return digests.length === 1
    ? digests.join()
    : createHash("sha256").update(digests.join("\n")).digest("hex");
}

/** With `gpu` the CUDA libraries are part of it: of the machine, only the driver is used. */
export function libtensorflow(engine: EngineVariant = engineVariant()): Recipe {
  const { tensorflow, cuda, folder } = VARIANTS[engine];
  return {
    name: "libtensorflow",
    version: tensorflow.version,
    folder: `${folder}-${tensorflow.version}-${machine}`,
    entry: "",
    sha256: digestOf([tensorflow, ...cuda]),
    build: async (into, scratch, report) => {
      const fetch = async (pin: WheelPin, wanted: typeof choose): Promise<void> => {
        const wheel = await downloadWheel(pin, scratch, report);
        await unpackWheel(wheel, into, wanted, report);
        await rm(wheel);
      };
      await fetch(tensorflow, choose);
      for (const pin of cuda) await fetch(pin, chooseCuda);
    },
  };
}
