/** Runs a network of TensorFlow.js' layers up to its features. */
import { ThawError } from "../../spec/errors.js";
import { type LayersModel, type Tensor, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import { readContainer } from "./container.js";
import { outputOf } from "./cut.js";
import { loadNetwork } from "./network.js";

/** Call `dispose` when done. */
export interface Extractor {
  /**
   * As in prediction: batch norms take their running statistics, and nothing is dropped.
   * @param x `[batch, size, size, 3]`, scaled pixels, red first; stays the caller's
   * @returns features `[batch, features]`, or activations whose average over the area they are; the caller owns it
   */
  run(x: Tensor4D): Tensor2D | Tensor4D;
  dispose(): void;
}

/**
 * @param file what `writeContainer` wrote
 * @param source how errors name it
 * @throws ThawError DATA_INVALID, USAGE
 */
export async function openExtractor(file: string, source: string = file): Promise<Extractor> {
  const { topology, weights, output, blueFirst } = await readContainer(file);
  const whole = await loadNetwork(topology, weights, source);
  try {
    const part = partOf(whole, output, source);
    return {
      run: (x) =>
        tf.tidy(() => part.apply(blueFirst ? x.reverse(-1) : x, { training: false }) as Tensor2D | Tensor4D),
      dispose: () => disposeOf(whole),
    };
  } catch (error) {
    disposeOf(whole);
    throw error;
  }
}

function partOf(whole: LayersModel, output: string, source: string): LayersModel {
  const features = outputOf(whole, output, source);
  const { rank, shape } = features;
  if (rank !== 2 && rank !== 4) {
    const sizes = shape.slice(1).map((extent) => extent ?? "?");
    throw new ThawError(
      "USAGE",
      `the layer ${output} of ${source} gives ${sizes.join(" × ")} numbers an image`,
      {
        hint: "name a layer with --output that gives one row of features, or activations of rows × columns × channels",
      },
    );
  }
  return tf.model({ inputs: whole.inputs, outputs: features });
}

/** The part shares its layers with the whole, whose weights are what takes memory. */
function disposeOf(whole: LayersModel): void {
  const tensors: Tensor[] = whole.weights.map((weight) => weight.read());
  whole.dispose();
  tf.dispose(tensors);
}
