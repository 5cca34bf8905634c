/** Pixels as a base wants them: bytes go into TensorFlow as they are, and are scaled there. */
import { channelOf, type PixelScale } from "../../../spec/base.js";
import { computingDevice, type Tensor4D, tf } from "../../engine.js";
import { attribute, type Graph, type Value } from "../../graph/graph.js";
import { compile, type Program } from "../../graph/program.js";

/** TensorFlow.js has no tensors of bytes, so four of them travel as an int32, in the machine's own order. */
const PACKED = 4;
const RGB = 3;

/**
 * Both ways give the same bits: each value is `(x − mean) / deviation` in double precision, rounded to float32.
 * @param pixels RGB bytes @param shape `[batch, height, width, 3]`
 */
export function pixelTensor(pixels: Uint8Array, shape: number[], scale: PixelScale): Tensor4D {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count !== pixels.length) throw new RangeError(`${pixels.length} bytes are not ${shape.join(" × ")}`);
  // Nobody has tried such a graph on a GPU.
  const program = count % PACKED === 0 && computingDevice() === "cpu" ? programOf(scale) : undefined;
  return program === undefined ? scaledHere(pixels, shape, scale) : scaledThere(program, pixels, shape);
}

function scaledHere(pixels: Uint8Array, shape: number[], scale: PixelScale): Tensor4D {
  const [red, green, blue] = [0, 1, 2].map((c) => scaledBytes(scale, c)) as [Scaled, Scaled, Scaled];
  const values = new Float32Array(pixels.length);
  for (let i = 0; i + 2 < pixels.length; i += RGB) {
    values[i] = red[pixels[i] as number] as number;
    values[i + 1] = green[pixels[i + 1] as number] as number;
    values[i + 2] = blue[pixels[i + 2] as number] as number;
  }
  return tf.tensor4d(values, shape as [number, number, number, number]);
}

type Scaled = Float32Array;

/** The scaled value of every byte of a channel. */
function scaledBytes({ mean, deviation }: PixelScale, channel: number): Scaled {
  return Float32Array.from(
    { length: 256 },
    (_, x) => (x - channelOf(mean, channel)) / channelOf(deviation, channel),
  );
}

function scaledThere(program: Program, pixels: Uint8Array, shape: readonly number[]): Tensor4D {
  // A view of whole words has to begin at one. A Buffer's own `slice` would not copy.
  const own = pixels.byteOffset % PACKED === 0 ? pixels : new Uint8Array(pixels);
  const packed = tf.tensor1d(new Int32Array(own.buffer, own.byteOffset, own.length / PACKED), "int32");
  const extents = tf.tensor1d(Int32Array.from(shape), "int32");
  const [scaled] = program.run((name) => (name === "pixels" ? packed : extents));
  tf.dispose([packed, extents]);
  return scaled as Tensor4D;
}

/** By means and deviations: those of the bases in use. They are a few nodes each, and stay. */
const programs = new Map<string, Program | undefined>();

/** @returns undefined where float32 arithmetic would give other bits */
function programOf(scale: PixelScale): Program | undefined {
  const channels = [0, 1, 2];
  const means = channels.map((c) => channelOf(scale.mean, c));
  const factors = channels.map((c) => 1 / channelOf(scale.deviation, c));
  const key = JSON.stringify([means, factors]);
  if (!programs.has(key))
    programs.set(key, channels.every((c) => isExact(scale, c)) ? scaling(means, factors) : undefined);
  return programs.get(key);
}

/** Whether the graph's subtraction and product, each rounded to float32, give every byte the value of {@link scaledBytes}. */
function isExact(scale: PixelScale, channel: number): boolean {
  const mean = Math.fround(channelOf(scale.mean, channel));
  const factor = Math.fround(1 / channelOf(scale.deviation, channel));
  return scaledBytes(scale, channel).every(
    (value, x) => Math.fround(Math.fround(x - mean) * factor) === value,
  );
}

function scaling(means: readonly number[], factors: readonly number[]): Program {
  const { float32, int32, uint8 } = attribute;
  return compile((graph) => {
    const bytes = graph.op("Bitcast", { T: int32, type: uint8 }, [graph.input("pixels", int32)]);
    const shaped = graph.op("Reshape", { T: uint8, Tshape: int32 }, [bytes, graph.input("shape", int32)]);
    const values = graph.op("Cast", { SrcT: uint8, DstT: float32, Truncate: attribute.flag(false) }, [
      shaped,
    ]);
    const moved = graph.op("Sub", { T: float32 }, [values, channelValues(graph, means)]);
    return [graph.op("Mul", { T: float32 }, [moved, channelValues(graph, factors)])];
  });
}

/** A number where the channels have the same: TensorFlow takes five times as long over a vector of three. */
function channelValues(graph: Graph, values: readonly number[]): Value {
  const [first = 0] = values;
  return values.every((value) => value === first) ? graph.number(first) : graph.floats(values);
}
