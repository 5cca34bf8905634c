/** TensorFlow's C library and its headers, out of the Python wheel. */
import { rm } from "node:fs/promises";
import type { Recipe } from "./component.js";
import { loadedPart } from "./loadedPart.js";
import { machine, pinnedBuild } from "./machine.js";
import { LIBTENSORFLOW } from "./pins.js";
import { downloadWheel } from "./wheelDownload.js";
import { type Member, unpackWheel } from "./wheelUnpack.js";

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

export const libtensorflow: Recipe = {
  name: "libtensorflow",
  version: LIBTENSORFLOW.version,
  folder: `libtensorflow-${LIBTENSORFLOW.version}-${machine}`,
  entry: "",
  sha256: pinnedBuild(LIBTENSORFLOW)?.sha256 ?? "",
  build: async (into, scratch, report) => {
    const wheel = await downloadWheel(LIBTENSORFLOW, scratch, report);
    await unpackWheel(wheel, into, choose, report);
    await rm(wheel);
  },
};
