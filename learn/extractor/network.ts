/** Makes a network of TensorFlow.js' layers from its topology and its weights. */
import { ThawError } from "../../spec/errors.js";
import { type LayersModel, tf } from "../engine.js";
import { shown } from "../import/names.js";
import type { Parameters } from "../network/parameters.js";

export type Topology = Readonly<Record<string, unknown>>;

/**
 * @param source how errors name it
 * @throws ThawError DATA_INVALID for layers of unknown classes, and for weights that do not fit
 */
export async function loadNetwork(
  topology: Topology,
  weights: Parameters,
  source: string,
): Promise<LayersModel> {
  refuseUnknownLayers(topology, source);
  const weightSpecs = [...weights].map(([name, { shape }]) => ({
    name,
    shape: [...shape],
    dtype: "float32" as const,
  }));
  const weightData = joined([...weights.values()].map(({ data }) => data));
  try {
    return await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: topology, weightSpecs, weightData }));
  } catch (cause) {
    throw new ThawError("DATA_INVALID", `${source} cannot be loaded: ${firstLine(cause)}`, {
      hint: "TensorFlow.js reads models of Keras 2: save with `tf_keras` where Keras 3 is installed, and convert again",
      cause,
    });
  }
}

function joined(arrays: readonly Float32Array[]): ArrayBuffer {
  const whole = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    whole.set(array, offset);
    offset += array.length;
  }
  return whole.buffer;
}

function firstLine(error: unknown): string {
  return shown((error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "", LONGEST_REASON);
}

/** TensorFlow.js lists the names of what is missing. */
const LONGEST_REASON = 400;

/** A layer in a topology: networks hold layers, wrappers hold one. */
interface LayerConfig {
  readonly class_name?: unknown;
  readonly name?: unknown;
  readonly config?: { readonly name?: unknown; readonly layers?: unknown; readonly layer?: unknown };
}

function layersIn(topology: Topology): readonly LayerConfig[] {
  const { model_config: inner = topology } = topology;
  const within = ({ config }: LayerConfig): LayerConfig[] => {
    // Keras' first Sequential models are a bare list.
    const list = Array.isArray(config) ? config : config?.layers;
    const own = Array.isArray(list) ? (list as LayerConfig[]) : [];
    const wrapped = config?.layer === undefined ? [] : [config.layer as LayerConfig];
    return [...own, ...wrapped].flatMap((layer) => [layer, ...within(layer)]);
  };
  return within(inner as LayerConfig);
}

/** Whether a layer of that class is in the network, at whatever depth. */
export function hasLayer(topology: Topology, className: string): boolean {
  return layersIn(topology).some(({ class_name }) => class_name === className);
}

function labelOf(name: unknown): string {
  return typeof name === "string" ? shown(name) : "without a name";
}

function refuseUnknownLayers(topology: Topology, source: string): void {
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  for (const { class_name, name, config } of layersIn(topology)) {
    if (typeof class_name !== "string" || Object.hasOwn(known, class_name)) continue;
    throw new ThawError(
      "DATA_INVALID",
      `${source}: layer ${labelOf(name ?? config?.name)} is of the class ${shown(class_name)}, which TensorFlow.js does not know`,
      {
        hint: "layers of one's own carry code, which a file cannot bring: build the model from standard layers",
      },
    );
  }
}
