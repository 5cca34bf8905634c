/** Loads TensorFlow.js with its native backend, and gives access to TensorFlow's sessions. */
import { createRequire } from "node:module";
import type * as TensorFlow from "@tensorflow/tfjs-node";
import { settleNumbers } from "../spec/engine/variables.js";
import { ThawError } from "../spec/errors.js";

export type Tensor = TensorFlow.Tensor;
export type Tensor1D = TensorFlow.Tensor1D;
export type Tensor2D = TensorFlow.Tensor2D;
export type Tensor4D = TensorFlow.Tensor4D;
export type LayersModel = TensorFlow.LayersModel;
export type SymbolicTensor = TensorFlow.SymbolicTensor;

/** The part of tfjs-node's backend class that its typings leave out. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    session: number,
    inputs: readonly Tensor[],
    inputInfos: readonly { readonly name: string }[],
    outputs: readonly string[],
  ): Tensor[];
  deleteSavedModel(session: number): void;
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
  settleNumbers();
  const wantsGpu = process.env.THAW_ENGINE === "gpu";
  const name = wantsGpu ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  const isForProcessors = process.env.THAW_DEVICE === "cpu";
  // Some nodes show their GPUs to pods that have asked for none.
  if (isForProcessors) process.env.CUDA_VISIBLE_DEVICES = "-1";
  // Else the first process takes all of a GPU's memory, and a prediction beside a training has none.
  if (wantsGpu) process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
  const loaded = requireEngine(name);
  // Without a GPU it would compute on processors, slowly, and sign the artifacts as a GPU's.
  if (wantsGpu && !isForProcessors && !(loaded.backend() as unknown as NativeBackend).isUsingGpuDevice) {
    throw new ThawError("RUNTIME_MISSING", "THAW_ENGINE=gpu is set, but TensorFlow sees no GPU", {
      hint: "run it where an NVIDIA GPU and its driver are (in a pod: ask for one), or set THAW_ENGINE=cpu",
    });
  }
  return loaded;
}

/** What the loaded TensorFlow computes on. */
export function computingDevice(): "cpu" | "gpu" {
  return (tf.backend() as unknown as NativeBackend).isUsingGpuDevice ? "gpu" : "cpu";
}

function requireEngine(name: string): typeof TensorFlow {
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

/** Sessions of libtensorflow: whole graphs that run in one call. */
export const sessions = {
  /** @param folder of a SavedModel @param tag of one of its graphs @returns the session's number */
  open: (folder: string, tag: string): number => backend.loadSavedModelMetaGraph(folder, tag),
  /** @param inputs tensors for `inputNames`, in that order @param outputs names `NODE:INDEX` */
  run: (
    session: number,
    inputs: readonly Tensor[],
    inputNames: readonly string[],
    outputs: readonly string[],
  ): Tensor[] =>
    backend.runSavedModel(
      session,
      inputs,
      inputNames.map((name) => ({ name })),
      outputs,
    ),
  close: (session: number): void => backend.deleteSavedModel(session),
} as const;

/**
 * Runs `work` and disposes of every tensor that was made in it. `tf.tidy` would search the result for
 * tensors, number by number where it holds arrays: 0.7 s a step on the gradients of one layer group.
 */
export function scoped<T>(work: () => T): T {
  const engine = tf.engine();
  engine.startScope();
  try {
    return work();
  } finally {
    engine.endScope();
  }
}
