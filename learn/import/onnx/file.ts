/** Networks of a known architecture from ONNX files, to be tuned like any other. */
import { ThawError } from "../../../spec/errors.js";
import { type Architecture, unitsOf } from "../../bases/architecture.js";
import type { ImportedWeights } from "../fit.js";
import type { CheckpointTensor } from "../tensorViews.js";
import { importUnits, type Naming } from "../torchUnits.js";
import { readWhole } from "../wholeFile.js";
import { onnxGraph } from "./graph.js";
import { AS_ONE, type OnnxTensor } from "./tensors.js";
import { type FoundUnit, walkGraph } from "./walk.js";

/**
 * @param asked the network that is wanted: there is one, called `plain`
 * @throws ThawError DATA_INVALID with the first operator that does not fit; USAGE for a choice where there is none
 */
export async function importOnnx(
  architecture: Architecture,
  path: string,
  asked: readonly (string | undefined)[],
): Promise<ImportedWeights> {
  if (asked.some((one) => one !== undefined && one !== PLAIN)) {
    throw new ThawError(
      "USAGE",
      "--weights, --prefix and --bands are for checkpoints; an ONNX file holds one network",
      {
        hint: "leave them out; --bands is also for an ONNX file without --arch",
      },
    );
  }
  const invalid = (what: string, hint?: string): ThawError =>
    new ThawError(
      "DATA_INVALID",
      `${path} is no ONNX file that fits: ${what}`,
      hint === undefined ? {} : { hint },
    );
  const graph = onnxGraph(await readWhole(path, invalid), invalid);
  // What is kept of such a base is its file, and that would not be all of it.
  if (graph.elsewhere.size > 0) throw invalid("its numbers are in another file", `${AS_GRAPH}; or ${AS_ONE}`);
  const found = walkGraph(architecture, graph, (what, hint) =>
    invalid(what, hint === undefined ? AS_GRAPH : `${hint} Else ${AS_GRAPH}`),
  );
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, unit] of found) {
    tensors.set(`${name}.weight`, unit.kernel.read());
    const parts = normOf(unit, architecture.epsilon);
    for (const [part, data] of Object.entries(parts)) tensors.set(`${name}.norm.${part}`, data);
  }
  const parameters = importUnits(architecture, tensors, namingOf(architecture));
  const all = [...found.values()].flatMap(({ kernel, bias, norm = [] }) => [kernel, bias, ...norm]);
  const types = all.flatMap((tensor: OnnxTensor | undefined) => tensor?.type ?? []);
  const converted = [...new Set(types)].filter((type) => type !== "float32");
  const isFolded = [...found.values()].every(({ norm }) => norm === undefined);
  return {
    parameters,
    taken: {
      name: PLAIN,
      ...(converted.length === 0 ? {} : { converted }),
      ...(isFolded ? { folded: true } : {}),
    },
  };
}

const AS_GRAPH = "leave --arch out: the graph is read as it is, whatever its architecture";

const PLAIN = "plain";

/** Under the units' own names: the graph has told which tensor is whose. */
function namingOf({ groups }: Architecture): Naming {
  const units = groups
    .flatMap(unitsOf)
    .map(({ name }) => [name, { conv: name, norm: `${name}.norm` }] as const);
  return { units: new Map(units), sources: "ONNX" };
}

/**
 * The norm with our architecture's epsilon, and without a bias before it. Where the exporter folded it into the kernel,
 * one that changes nothing but adds what it added.
 */
function normOf(
  { kernel, bias, norm, epsilon }: FoundUnit,
  ours: number,
): Readonly<Record<"weight" | "bias" | "running_mean" | "running_var", CheckpointTensor>> {
  const channels = kernel.shape[0] ?? 0;
  const filled = (value: number): CheckpointTensor => ({
    shape: [channels],
    data: new Float32Array(channels).fill(value),
  });
  const added = bias?.read();
  const [gamma, beta, mean, variance] = (norm ?? []).map((part) => part.read());
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) {
    return {
      weight: filled(1),
      bias: added ?? filled(0),
      running_mean: filled(0),
      running_var: filled(1 - ours),
    };
  }
  const shift = (values: CheckpointTensor, by: (i: number) => number): CheckpointTensor => ({
    shape: values.shape,
    data: values.data.map((value, i) => value + by(i)),
  });
  return {
    weight: gamma,
    bias: beta,
    running_mean: added === undefined ? mean : shift(mean, (i) => -(added.data[i] ?? Number.NaN)),
    running_var: shift(variance, () => epsilon - ours),
  };
}
