/** Turns the files of a layers model into one that runs can start from, after trying it out. */
import { readFile } from "node:fs/promises";
import type { ImportedModel, LayersModelFiles } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { StaticCost } from "../bases/cost.js";
import { parseLayersModel, storedBytes, type WeightGroup } from "../bases/layersModel.js";
import { type LayersModel, scoped, type Tensor, type Tensor4D, tf } from "../engine.js";
import type { Parameter, Parameters } from "../network/parameters.js";
import { writeContainer } from "./container.js";
import { extractorCost } from "./cost.js";
import { featureLayer, outputOf } from "./cut.js";
import { openExtractor } from "./extractor.js";
import { hasLayer, loadNetwork } from "./network.js";

/**
 * @param out path of the file to write
 * @throws ThawError DATA_INVALID (files), USAGE (size, output)
 */
export async function importLayersModel(given: LayersModelFiles, out: string): Promise<ImportedModel> {
  const { source } = given;
  const { topology, groups } = parseLayersModel(await readFile(given.model, "utf8"), source);
  const weights = new Map<string, Parameter>();
  for (const [index, group] of groups.entries()) {
    const parts = await Promise.all((given.shards[index] ?? []).map((path) => readFile(path)));
    for (const [name, value] of readGroup(group, Buffer.concat(parts), source)) weights.set(name, value);
  }
  const network = await loadNetwork(topology, weights, source);
  let inputSize: number;
  let output: string;
  let cost: StaticCost | undefined;
  try {
    inputSize = sizeOfInput(network, given.size, source);
    output = given.output ?? featureLayer(network, source);
    cost = extractorCost(network, outputOf(network, output, source), inputSize);
  } finally {
    network.dispose();
  }
  const blueFirst = given.blueFirst ?? false;
  await writeContainer(out, { topology, weights, output, blueFirst });
  const features = await tryOut(out, inputSize, source);
  return {
    inputSize,
    features,
    output,
    ...(blueFirst ? { blueFirst } : {}),
    ...cost,
    rescales: hasLayer(topology, "Rescaling"),
  };
}

/** The weights of a group as float32, whatever they were quantised to. */
function readGroup(group: WeightGroup, bytes: Buffer, source: string): Parameters {
  const expected = group.weights.reduce((sum, weight) => sum + storedBytes(weight, source), 0);
  if (bytes.length !== expected) {
    throw new ThawError(
      "DATA_INVALID",
      `${source}: the shards ${group.paths.join(", ")} hold ${bytes.length} bytes, model.json says ${expected}`,
      { hint: "copy all files of the model again; one is cut short, or from another model" },
    );
  }
  const specs = group.weights.map(({ name, shape, quantization }) => ({
    name,
    shape,
    dtype: "float32" as const,
    ...(quantization === undefined ? {} : { quantization }),
  }));
  const tensors = tf.io.decodeWeights(Uint8Array.from(bytes).buffer, specs);
  try {
    return new Map(
      specs.map(({ name, shape }) => [name, { shape, data: finite(name, tensors[name], source) }]),
    );
  } finally {
    tf.dispose(tensors);
  }
}

function finite(name: string, tensor: Tensor | undefined, source: string): Float32Array {
  const data = (tensor?.dataSync() ?? new Float32Array()) as Float32Array;
  if (data.every(Number.isFinite)) return data;
  throw new ThawError("DATA_INVALID", `${source}: ${name} holds values that are no numbers`, {
    hint: "the training that wrote the model diverged; use an earlier one",
  });
}

/** What thaw can show a network: square pictures in colour, the one thing it is given. */
function sizeOfInput(network: LayersModel, asked: number | undefined, source: string): number {
  const invalid = (message: string, hint: string): ThawError =>
    new ThawError("DATA_INVALID", `${source} ${message}`, { hint });
  const [input, ...others] = network.inputs;
  if (input === undefined || others.length > 0) {
    throw invalid(`has ${network.inputs.length} inputs`, "a base takes one image and nothing else");
  }
  const { shape } = input;
  const [, rows, columns, channels] = shape;
  if (shape.length !== 4 || channels !== 3) {
    const sizes = shape.slice(1).map((extent) => extent ?? "?");
    const grey = channels === 1 ? ": it is a network of grey images" : "";
    throw invalid(
      `takes ${sizes.join(" × ")} numbers an image${grey}`,
      "a base takes rows × columns × 3 in this order, red, green and blue; grey images are shown to it in three equal channels",
    );
  }
  if (rows !== columns) {
    throw invalid(
      `takes images of ${rows ?? "any"} × ${columns ?? "any"} pixels`,
      "thaw shows square images only",
    );
  }
  const fixed = rows ?? undefined;
  if (fixed !== undefined && asked !== undefined && fixed !== asked) {
    throw new ThawError("USAGE", `${source} takes images of ${fixed} pixels, --size says ${asked}`, {
      hint: "leave --size out",
    });
  }
  const size = fixed ?? asked;
  if (size !== undefined) return size;
  throw new ThawError("USAGE", `${source} takes images of any size`, {
    hint: "say with --size how many pixels wide and high it was trained on, e.g. --size 224",
  });
}

/** Reads the file as a run will. @returns length of the features of a black image */
async function tryOut(file: string, size: number, source: string): Promise<number> {
  const extractor = await openExtractor(file, source);
  try {
    return scoped(() => {
      const y = extractor.run(tf.zeros([1, size, size, 3]) as Tensor4D);
      return y.shape.at(-1) as number;
    });
  } catch (cause) {
    if (cause instanceof ThawError) throw cause;
    const why = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] ?? "";
    throw new ThawError("DATA_INVALID", `${source} cannot be run on an image of ${size} pixels: ${why}`, {
      hint: "check --size, and whether the model predicts in TensorFlow.js at all",
      cause,
    });
  } finally {
    extractor.dispose();
  }
}
