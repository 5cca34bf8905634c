/** Gradients of the grouped convolutions of PyTorch's records, as digests: by whatever way is taken here, or by a given one. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Graph, Value } from "../../../../learn/graph/graph.js";
import { inputGradient, kernelGradient } from "../../../../learn/network/convolutionGradients.js";
import {
  type GroupedConvolution,
  groupedInputGradient,
  groupedKernelGradient,
} from "../../../../learn/network/groupedConvolution.js";
import { convolve } from "../../../../learn/network/ops.js";
import {
  ownGroupedInputGradient,
  ownGroupedKernelGradient,
} from "../../../../learn/network/ownGroupedGradients.js";
import { evaluateGraph, fixture } from "../support.js";

export interface RecordedGrouped extends Omit<GroupedConvolution, "kind"> {
  /** Of the image, which is a column less wide. */
  readonly height: number;
  readonly dyShape: readonly [number, number, number, number];
  /** SHA-256 of the int32 of the gradients. */
  readonly dKernel: string;
  readonly dx: string;
}

export const RECORDED = fixture<readonly RecordedGrouped[]>("networks/grouped.json");

type Way = (
  graph: Graph,
  convolution: GroupedConvolution,
  x: Value,
  kernel: Value,
  dy: Value,
) => Readonly<Record<"dKernel" | "dx", Value>>;

export const WAYS = {
  taken: (...given) => ({ dKernel: kernelGradient(...given), dx: inputGradient(...given) }),
  own: (...given) => ({ dKernel: ownGroupedKernelGradient(...given), dx: ownGroupedInputGradient(...given) }),
  turned: (graph, convolution, x, kernel, dy) => {
    const { image, kernel: turned } = groupedInputGradient(graph, convolution, x, kernel, dy);
    return {
      dKernel: groupedKernelGradient(graph, convolution, x, dy),
      dx: convolve(graph, { kind: "full", stride: 1, padding: 0 }, image, turned),
    };
  },
} satisfies Record<string, Way>;

/** -8 to 7, as the generator draws them. */
function whole(shape: readonly number[], salt: number) {
  const length = shape.reduce((product, size) => product * size, 1);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = (Math.imul(i + salt, 2654435761) >>> 28) - 8;
  return { values, shape };
}

function digest(values: Float32Array): string {
  assert.ok(values.every(Number.isInteger));
  return createHash("sha256").update(Int32Array.from(values)).digest("hex");
}

export const nameOf = ({
  inChannels,
  outChannels,
  groups,
  kernel,
  stride,
  padding,
  height,
}: RecordedGrouped) =>
  `${groups} groups of ${inChannels / groups} → ${outChannels / groups}, ${kernel} × ${kernel}, stride ${stride}, padding ${padding}, ${height} rows`;

/** The gradients' digests by one way. */
export function gradientsBy(way: Way, recorded: RecordedGrouped): Record<"dKernel" | "dx", string> {
  const { groups, kernel, inChannels, outChannels, height, dyShape } = recorded;
  const given = {
    x: whole([dyShape[0], height, height - 1, inChannels], 1),
    kernel: whole([kernel, kernel, inChannels / groups, outChannels], 2),
    dy: whole(dyShape, 3),
  };
  const convolution = { ...recorded, kind: "grouped" } as const;
  const { dKernel, dx } = evaluateGraph(given, (graph) =>
    way(graph, convolution, graph.input("x"), graph.input("kernel"), graph.input("dy")),
  );
  return { dKernel: digest(dKernel), dx: digest(dx) };
}
