/** A base that was read from an ONNX file as a graph: a safetensors file whose metadata say what it is made of. */
import { closeSync, openSync, readSync } from "node:fs";
import {
  type BaseChoice,
  type BaseView,
  graphOf,
  type NetworkSpec,
  type PixelScale,
} from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { layerGroupsOf } from "../../spec/pipeline/layerGroups.js";
import { PIXEL_SCALES } from "../../spec/pixelScales.js";
import type { AskedNetwork, OnnxNetwork } from "../import/onnx/any/network.js";
import { sizeOf } from "../network/parameters.js";
import { readSafetensorsFile, writeSafetensors } from "../safetensors.js";
import { type Architecture, type Unit, unitsOf } from "./architecture.js";
import type { Base, BaseInput } from "./catalogue.js";
import { type StaticCost, staticCost } from "./cost.js";
import { ownInput } from "./input.js";
import { requireSound } from "./sound.js";
import { unitParameters } from "./unitParameters.js";

/**
 * What `format` says in the file's metadata. A change of what a file means takes another number: the second has units that
 * versions of thaw that know only the first would not understand.
 */
const FORMATS = ["thaw-network-1", "thaw-network-2"] as const;
const NEWER: ReadonlySet<Unit["kind"]> = new Set(["channel-conv", "choice", "graph", "resize"]);

function formatOf({ groups }: Architecture): string {
  const isNewer = (unit: Unit): boolean =>
    NEWER.has(unit.kind) || (unit.kind === "concat" && unit.branches.flat().some(isNewer));
  const units = groups.flatMap(({ blocks }) =>
    blocks.flatMap(({ units: own, shortcut = [] }) => [...own, ...shortcut]),
  );
  return FORMATS[units.some(isNewer) ? 1 : 0];
}

/** What a base has where it says nothing else: the usual evaluation of ImageNet's classifiers. Size and scale it says. */
export const GRAPH_INPUT: BaseInput = {
  size: 224,
  cropFraction: 224 / 256,
  kernel: "linear",
  pixelScale: PIXEL_SCALES.imagenet,
};

interface Own {
  readonly pixelScale?: PixelScale;
  readonly inputSize?: number;
  readonly view?: BaseView;
}

/** @param file what {@link convertOnnx} wrote @throws ThawError DATA_INVALID when it is something else */
export function graphBase({ name, architecture: kind = "", ...own }: BaseChoice, file: string): Base {
  const architecture = architectureIn(file);
  const tunable = architecture.groups.length - 1;
  if (graphOf(kind)?.groups !== tunable) throw noNetwork(file);
  return {
    name,
    architecture,
    input: ownInput(GRAPH_INPUT, own),
    load: async (checkpoint) => {
      const { parameters } = await readSafetensorsFile(checkpoint);
      const expected = architecture.groups.flatMap(unitsOf).flatMap(unitParameters);
      for (const { name: one, shape } of expected) {
        if (parameters.get(one)?.shape.join(" ") !== shape.join(" ")) throw noNetwork(checkpoint);
      }
      if (expected.length !== parameters.size) throw noNetwork(checkpoint);
      return parameters;
    },
  };
}

/** The same for what only shows it, without its file: the names of its layer groups, and no blocks. */
export function describedGraph(
  name: string,
  { features }: NetworkSpec,
  base: Own & { readonly architecture: string },
): Base {
  const names = ["stem", ...layerGroupsOf(base.architecture).toReversed()];
  return {
    name,
    architecture: { groups: names.map((group) => ({ name: group, blocks: [] })), features, epsilon: 0 },
    input: ownInput(GRAPH_INPUT, base),
    load: async () => new Map(),
  };
}

const noNetwork = (file: string): ThawError =>
  new ThawError("DATA_INVALID", `${file} holds no network of this version of thaw`, {
    hint: "add the base again with `thaw bases add FILE.onnx`",
  });

/** Files lie under their digests: what one holds does not change. */
const known = new Map<string, Architecture>();

/** As `learn/safetensors.ts` allows it. */
const MOST_HEADER = 8 * 2 ** 20;

/** Only the header is read: whoever wants the architecture does not always want the weights. */
function architectureIn(file: string): Architecture {
  const found = known.get(file);
  if (found !== undefined) return found;
  const handle = openSync(file, "r");
  try {
    const length = Buffer.alloc(8);
    readSync(handle, length);
    const size = Number(length.readBigUInt64LE());
    if (size > MOST_HEADER) throw noNetwork(file);
    const header = Buffer.alloc(size);
    readSync(handle, header);
    const architecture = parsed(header.toString("utf8"));
    if (architecture === undefined) throw noNetwork(file);
    known.set(file, architecture);
    return architecture;
  } finally {
    closeSync(handle);
  }
}

function parsed(header: string): Architecture | undefined {
  try {
    const { __metadata__: texts = {} } = JSON.parse(header) as { __metadata__?: Record<string, string> };
    const { format, architecture } = texts;
    return FORMATS.some((known) => known === format) && architecture !== undefined
      ? (JSON.parse(architecture) as Architecture)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The files that an ONNX file has its numbers in, relative to its folder; none where they are in it.
 * @throws ThawError by `invalid` for no ONNX file, and for names that lead elsewhere
 */
export async function onnxDataFiles(
  path: string,
  invalid: (what: string, hint?: string) => ThawError,
): Promise<readonly string[]> {
  const { dataFilesOf } = await import("../import/onnx/dataFiles.js");
  return dataFilesOf(path, invalid);
}

export interface Converted extends Omit<OnnxNetwork, "parameters"> {
  readonly cost: StaticCost;
}

/**
 * Reads a network from an ONNX file and writes it as a base's checkpoint; equal networks give equal bytes.
 * @param out path of the file to write
 * @throws ThawError DATA_INVALID with the first operator that is not understood; USAGE for what was asked
 */
export async function convertOnnx(path: string, asked: AskedNetwork, out: string): Promise<Converted> {
  // Only who adds a base reads ONNX; every process of a run loads this module.
  const { readOnnxNetwork } = await import("../import/onnx/any/network.js");
  const { parameters, ...network } = await readOnnxNetwork(path, asked);
  requireSound(parameters, path);
  const { architecture, size } = network;
  const expected = architecture.groups.flatMap(unitsOf).flatMap(unitParameters);
  const isWhole = expected.every(({ name, shape }) => parameters.get(name)?.data.length === sizeOf(shape));
  if (!isWhole || expected.length !== parameters.size) throw new Error("a network was put together wrongly");
  await writeSafetensors(out, parameters, {
    format: formatOf(architecture),
    architecture: JSON.stringify(architecture),
  });
  return { ...network, cost: staticCost(architecture, size) };
}
