/** Loads TensorFlow.js with its native backend, and gives access to TensorFlow's own operations. */
import { createRequire } from "node:module";
import type * as TensorFlow from "@tensorflow/tfjs-node";
import { ThawError } from "../spec/errors.js";

export type Tensor = TensorFlow.Tensor;
export type Tensor1D = TensorFlow.Tensor1D;
export type Tensor2D = TensorFlow.Tensor2D;
export type Tensor4D = TensorFlow.Tensor4D;

type AttributeValue = number | boolean | string | readonly number[];

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: AttributeValue;
}

/** The part of tfjs-node's backend class that its typings leave out. */
interface NativeBackend {
  readonly binding: Readonly<
    Record<
      "TF_ATTR_TYPE" | "TF_ATTR_INT" | "TF_ATTR_STRING" | "TF_ATTR_BOOL" | "TF_ATTR_FLOAT" | "TF_FLOAT",
      number
    >
  >;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

const require = createRequire(import.meta.url);

/** tfjs-node 4.22 calls two functions of `node:util` that Node 23 removed. */
function restoreRemovedUtilFunctions(): void {
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function load(): typeof TensorFlow {
  restoreRemovedUtilFunctions();
  // TensorFlow's start-up chatter would land in users' logs; 2 keeps errors.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  const name = process.env.THAW_ENGINE === "gpu" ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  try {
    return require(name) as typeof TensorFlow;
  } catch (cause) {
    throw new ThawError("RUNTIME_MISSING", `${name} cannot be loaded: ${firstLine(cause)}`, {
      hint: "`thaw doctor` says what is missing; `thaw up` provides it",
      cause,
    });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

/** TensorFlow.js on the native backend. Loading it takes about a second and 400 MB. */
export const tf: typeof TensorFlow = load();

const backend = tf.backend() as unknown as NativeBackend;

/** Attributes of a TensorFlow operation, with the attribute type that the binding wants. */
export const attribute = {
  float32: (name: string): Attribute => ({
    name,
    type: backend.binding.TF_ATTR_TYPE,
    value: backend.binding.TF_FLOAT,
  }),
  ints: (name: string, value: readonly number[]): Attribute => ({
    name,
    type: backend.binding.TF_ATTR_INT,
    value,
  }),
  float: (name: string, value: number): Attribute => ({ name, type: backend.binding.TF_ATTR_FLOAT, value }),
  text: (name: string, value: string): Attribute => ({ name, type: backend.binding.TF_ATTR_STRING, value }),
  flag: (name: string, value: boolean): Attribute => ({ name, type: backend.binding.TF_ATTR_BOOL, value }),
} as const;

/** Runs one operation of libtensorflow by its registered name. */
export function nativeOp<T extends Tensor>(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
): T {
  return backend.executeSingleOutput(name, attributes, inputs) as T;
}

/** Like {@link nativeOp}, for an operation with several outputs. */
export function nativeOps(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  return backend.executeMultipleOutputs(name, attributes, inputs, outputs);
}
