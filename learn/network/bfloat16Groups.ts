/** Frozen layer groups in bfloat16, where that pays and is near enough. */
import { multipliesBfloat16 } from "../../spec/engine/processor.js";
import { type Architecture, unitsOf } from "../bases/architecture.js";
import { extentAt } from "../bases/extent.js";
import { computingDevice, type Tensor4D } from "../engine.js";
import { bfloat16Graph } from "../graph/bfloat16.js";
import { compile } from "../graph/program.js";
import { identity } from "./arithmetic.js";
import { foldedParameters } from "./foldBatchNorm.js";
import { type FrozenGroups, foldedUnit } from "./network.js";
import type { Parameter, Parameters } from "./parameters.js";
import { groupsPass } from "./passes/groups.js";

/**
 * The layer group from which on a base is computed in bfloat16: the first one whose input has a quarter of the image's
 * side or less, `blocks.2` of an EfficientNet-Lite. The few kernels below make most of the error, which all layers above
 * inherit: of 48 photographs, rounding those of Lite0's `blocks.0` alone lowers the cosine to 0.9986, of `blocks.2` to
 * 0.9998, of any later group to 0.9999.
 */
export function firstNarrowGroup(architecture: Architecture, inputSize: number): number {
  const first = architecture.groups.findIndex(
    (_, group) => group > 0 && extentAt(architecture, group, inputSize).side <= Math.ceil(inputSize / 4),
  );
  // A network whose sides never fall so far has nothing that is computed so.
  return first < 0 ? architecture.groups.length : first;
}

/** Whether this process computes in bfloat16, rather than rounding to it. */
export function computesBfloat16(): boolean {
  return computingDevice() === "cpu" && multipliesBfloat16();
}

/** Layer groups `[from, to)` with constant weights, in bfloat16 but for the sums within them. Call `dispose` when done. */
export function bfloat16Groups(
  architecture: Architecture,
  parameters: Parameters,
  from: number,
  to: number,
  isNative = computesBfloat16(),
): FrozenGroups {
  const weights = new Map<string, Parameter>();
  for (const unit of architecture.groups.slice(from, to).flatMap(unitsOf)) {
    for (const [name, value] of foldedParameters(parameters, unit, architecture.epsilon))
      weights.set(name, value);
  }
  const program = compile((plain) => {
    const graph = bfloat16Graph(plain, weights, isNative);
    const { y } = groupsPass(graph, architecture, from, to, graph.input("x"), foldedUnit);
    return [identity(plain, graph.wide(y))];
  });
  return {
    from,
    to,
    run: (x) => program.run(() => x)[0] as Tensor4D,
    dispose: () => program.dispose(),
  };
}
