/** A network as one file: a safetensors file of its weights, whose metadata hold its topology. */
import { ThawError } from "../../spec/errors.js";
import type { Parameters } from "../network/parameters.js";
import { readSafetensorsFile, writeSafetensors } from "../safetensors.js";
import type { Topology } from "./network.js";

/** What `format` says in the file's metadata. A change of what a file means takes another number. */
const FORMAT = "thaw-layers-model-1";

/** What `colours` says there, where red does not come first. */
const BLUE_FIRST = "bgr";

export interface Container {
  readonly topology: Topology;
  readonly weights: Parameters;
  /** The layer that the features come from. */
  readonly output: string;
  /** Whether the network takes pixels in the order blue, green, red. */
  readonly blueFirst: boolean;
}

/** Equal networks give equal bytes. */
export async function writeContainer(path: string, container: Container): Promise<void> {
  const { topology, weights, output, blueFirst } = container;
  const order = blueFirst ? { colours: BLUE_FIRST } : {};
  await writeSafetensors(path, weights, {
    format: FORMAT,
    output,
    topology: JSON.stringify(topology),
    ...order,
  });
}

/** @throws ThawError DATA_INVALID when the file is something else or damaged */
export async function readContainer(path: string): Promise<Container> {
  const { parameters, metadata } = await readSafetensorsFile(path);
  const { format, output, topology, colours } = metadata;
  if (format !== FORMAT || output === undefined || topology === undefined) {
    throw new ThawError("DATA_INVALID", `${path} holds no layers model of this version of thaw`, {
      hint: "add the base again with `thaw bases add model.json --arch layers-model`",
    });
  }
  return {
    topology: JSON.parse(topology) as Topology,
    weights: parameters,
    output,
    blueFirst: colours === BLUE_FIRST,
  };
}
