/** Reads the `model.json` of a TensorFlow.js `LayersModel`, and says what else it can be when it is none. */
import { z } from "zod";
import { ThawError } from "../../spec/errors.js";
import { nameFault, shown } from "../import/names.js";

/** How weights are stored in fewer bytes: `q · scale + min`, or half precision. */
const quantizationSchema = z.discriminatedUnion("dtype", [
  z.object({ dtype: z.literal("float16") }),
  z.object({ dtype: z.enum(["uint8", "uint16"]), scale: z.number(), min: z.number() }),
]);

const weightSchema = z.object({
  name: z.string().min(1),
  shape: z.array(z.int().min(0)),
  dtype: z.string(),
  quantization: quantizationSchema.exactOptional(),
});

/** Bytes of a number in the shards. */
const BYTES = { float32: 4, float16: 2, uint16: 2, uint8: 1 } as const;

const groupSchema = z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) });

const modelSchema = z.object({
  format: z.string().nullish(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(groupSchema),
});

export type WeightEntry = z.output<typeof weightSchema>;

/** Weights that lie one after the other in some files, which are joined in their order. */
export type WeightGroup = z.output<typeof groupSchema>;

export interface LayersModelFile {
  /** In Keras' words: `class_name` and `config`, or the two within `model_config`. */
  readonly topology: Readonly<Record<string, unknown>>;
  readonly groups: readonly WeightGroup[];
}

/**
 * @param source how errors name the file
 * @throws ThawError DATA_INVALID when it is no JSON, no model, a graph model, or names files that do not lie beside it
 */
export function parseLayersModel(text: string, source: string): LayersModelFile {
  const json = parseJson(text, source);
  checkTree(json, source);
  if (isGraphModel(json)) {
    throw new ThawError("DATA_INVALID", `${source} is a graph model: its operations form no layers to cut`, {
      hint: "convert the Keras model anew with `tensorflowjs_converter --input_format keras model.h5 FOLDER`, which gives a layers model",
    });
  }
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join(".") ?? "";
    throw noModel(source, at === "" ? "it is no object" : `\`${shown(at)}\` is missing or malformed`);
  }
  const { modelTopology, weightsManifest } = parsed.data;
  const paths = weightsManifest.flatMap((group) => group.paths);
  for (const path of paths) checkBeside(path, source);
  const fault =
    paths.length > MOST_SHARDS
      ? `it names ${paths.length} shards`
      : weightsManifest.flatMap(({ weights }) => weights.map(({ name }) => nameFault(name))).find(Boolean);
  if (fault === undefined) return { topology: modelTopology, groups: weightsManifest };
  throw noModel(source, fault);
}

function noModel(source: string, fault: string): ThawError {
  return new ThawError("DATA_INVALID", `${source} is no TensorFlow.js layers model: ${fault}`, {
    hint: "give the model.json that `model.save`, `tensorflowjs_converter` or `thaw export --format tfjs` wrote",
  });
}

/** A converter writes shards of 4 MB. */
const MOST_SHARDS = 1000;
/** Networks within networks within wrappers take a few dozen. */
const DEEPEST = 200;

/** TensorFlow.js walks through a topology by recursion, and makes plain objects of its keys. */
function checkTree(json: unknown, source: string): void {
  const left: (readonly [value: unknown, depth: number])[] = [[json, 0]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, depth] = next;
    if (typeof value !== "object" || value === null) continue;
    if (depth > DEEPEST) throw noModel(source, `it is more than ${DEEPEST} levels deep`);
    if (Object.hasOwn(value, "__proto__")) throw noModel(source, "it has a key __proto__");
    for (const inner of Object.values(value)) left.push([inner, depth + 1]);
  }
}

/** @returns bytes of the weight in the shards @throws ThawError DATA_INVALID for other types than float32 */
export function storedBytes({ name, shape, dtype, quantization }: WeightEntry, source: string): number {
  if (dtype !== "float32") {
    throw new ThawError(
      "DATA_INVALID",
      `${source}: the weight ${shown(name)} is of the type ${shown(dtype)}, not float32`,
      {
        hint: "thaw takes networks whose weights are float32, or quantised from float32",
      },
    );
  }
  return shape.reduce((bytes, extent) => bytes * extent, BYTES[quantization?.dtype ?? dtype]);
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ThawError("DATA_INVALID", `${source} is no JSON`, {
      hint: "give the model.json of a layers model, not its weights",
      cause,
    });
  }
}

/** Old converters wrote no `format`; a graph has nodes. */
function isGraphModel(json: unknown): boolean {
  const { format, modelTopology } = (json ?? {}) as { format?: unknown; modelTopology?: unknown };
  return format === "graph-model" || Array.isArray((modelTopology as { node?: unknown } | null)?.node);
}

/** The file may come from anywhere: it must not name files elsewhere. */
function checkBeside(path: string, source: string): void {
  const parts = path.split("/");
  if (parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[:\\?#]/.test(part))) return;
  throw new ThawError(
    "DATA_INVALID",
    `${source} names the shard ${shown(path)}, which does not lie beside it`,
    {
      hint: "put model.json and its shards into one folder, and name them so in `weightsManifest`",
    },
  );
}
