/** Convolutions and their gradients at many sizes of batches: says which one is next, so that a crash has a place. */
import { writeSync } from "node:fs";
import { type Tensor, tf } from "../../../learn/engine.js";
import type { Value } from "../../../learn/graph/graph.js";
import { compile } from "../../../learn/graph/program.js";
import { inputGradient, kernelGradient } from "../../../learn/network/convolutionGradients.js";
import { type Convolution, convolve } from "../../../learn/network/ops.js";

const MOST_IMAGES = 40;
const SIDE = 16;

function of(
  kind: Convolution["kind"],
  groups: number,
  kernel: number,
  stride: number,
  channels: readonly [number, number],
): Convolution & { readonly kernel: number; readonly padding: number; readonly groups: number } {
  const [inChannels, outChannels] = channels;
  const padding = Math.floor((kernel - 1) / 2);
  return { kind, groups, kernel, stride, padding, inChannels, outChannels };
}

// Eight channels, which are half of what a register of AVX-512 takes, and others.
const CONVOLUTIONS = [1, 2].flatMap((stride) => [
  of("full", 1, 1, stride, [8, 16]),
  of("full", 1, 1, stride, [8, 24]),
  of("full", 1, 1, stride, [12, 20]),
  of("full", 1, 3, stride, [8, 16]),
  of("full", 1, 3, stride, [3, 8]),
  of("depthwise", 8, 3, stride, [8, 8]),
  of("depthwise", 12, 5, stride, [12, 12]),
  of("grouped", 2, 3, stride, [8, 8]),
  of("grouped", 4, 3, stride, [16, 16]),
  of("grouped", 3, 3, stride, [12, 24]),
  of("grouped", 3, 3, stride, [3, 3]),
  of("grouped", 2, 3, stride, [16, 16]),
  of("grouped", 2, 3, stride, [40, 34]),
]);

for (const convolution of [
  ...CONVOLUTIONS,
  of("full", 1, 1, 3, [8, 16]),
  of("grouped", 2, 1, 1, [8, 8]),
  of("full", 1, 2, 2, [8, 16]),
]) {
  const { kind, groups, kernel, stride, padding, inChannels, outChannels } = convolution;
  const program = compile((graph) => {
    const [x, k, dy] = ["x", "kernel", "dy"].map((name) => graph.input(name)) as [Value, Value, Value];
    return [
      convolve(graph, convolution, x, k),
      kernelGradient(graph, convolution, x, k, dy),
      inputGradient(graph, convolution, x, k, dy),
    ];
  });
  const side = Math.floor((SIDE + 2 * padding - kernel) / stride) + 1;
  const last = kind === "depthwise" ? [inChannels, 1] : [inChannels / groups, outChannels];
  for (let images = 1; images <= MOST_IMAGES; images++) {
    writeSync(
      1,
      `${kind}, ${groups} groups, ${kernel} × ${kernel}, stride ${stride}, ${inChannels} → ${outChannels}, ${images} images\n`,
    );
    const given = new Map([
      ["x", tf.ones([images, SIDE, SIDE, inChannels])],
      ["kernel", tf.ones([kernel, kernel, ...last])],
      ["dy", tf.ones([images, side, side, outChannels])],
    ]);
    const outputs = program.run((name) => given.get(name) as Tensor);
    for (const output of outputs) output.dataSync();
    tf.dispose([...outputs, ...given.values()]);
  }
  program.dispose();
}
writeSync(1, "done\n");
