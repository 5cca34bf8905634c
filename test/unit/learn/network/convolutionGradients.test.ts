/** Gradients of convolutions by whatever operations are fastest, against sums over windows: images smaller than kernels, too. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inputGradient, kernelGradient } from "../../../../learn/network/convolutionGradients.js";
import type { Convolution, Padding } from "../../../../learn/network/ops.js";
import { randomStream } from "../../../../rng/stream.js";
import { assertClose, evaluateGraph } from "../support.js";

const BATCH = 3;
/** Some hundred products of numbers below 1. */
const TOLERANCE = 1e-5;

function drawn(length: number, name: string): number[] {
  const stream = randomStream(1, name);
  return Array.from({ length }, (_, i) => 2 * stream.uniform(i) - 1);
}

interface Kind {
  readonly kind: Convolution["kind"];
  readonly groups: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

const KINDS: readonly Kind[] = [
  { kind: "full", groups: 1, inChannels: 3, outChannels: 4 },
  { kind: "depthwise", groups: 4, inChannels: 4, outChannels: 4 },
  { kind: "grouped", groups: 2, inChannels: 6, outChannels: 4 },
];

const SIZES: readonly (readonly [kernel: number, stride: number, sides: readonly number[]])[] = [
  [1, 1, [1, 4]],
  [1, 2, [1, 4, 5]],
  [1, 3, [2, 7]],
  [3, 1, [1, 2, 5]],
  [3, 2, [2, 5, 6]],
  [5, 1, [2, 6]],
  [5, 2, [6, 7]],
];

/** Both gradients from the definition. @param before pixels of padding above and to the left */
function bySums(
  { groups, inChannels, outChannels }: Kind,
  [kernel, stride, side, rows, before]: readonly [number, number, number, number, number],
  [x, k, dy]: readonly [readonly number[], readonly number[], readonly number[]],
) {
  const [input, output] = [inChannels / groups, outChannels / groups];
  const dx = x.map(() => 0);
  const dKernel = k.map(() => 0);
  for (let image = 0; image < BATCH; image++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < rows; column++)
        for (let r = 0; r < kernel; r++)
          for (let c = 0; c < kernel; c++) {
            const [y0, x0] = [row * stride + r - before, column * stride + c - before];
            if (y0 < 0 || x0 < 0 || y0 >= side || x0 >= side) continue;
            for (let o = 0; o < outChannels; o++)
              for (let i = 0; i < input; i++) {
                const at =
                  ((image * side + y0) * side + x0) * inChannels + Math.floor(o / output) * input + i;
                const weight = ((r * kernel + c) * input + i) * outChannels + o;
                const gradient = dy[((image * rows + row) * rows + column) * outChannels + o] as number;
                dx[at] = (dx[at] as number) + gradient * (k[weight] as number);
                dKernel[weight] = (dKernel[weight] as number) + gradient * (x[at] as number);
              }
          }
  return { dx, dKernel };
}

/** Compares both gradients with the sums. @returns 1, or 0 where no such convolution is computed */
function compare(shape: Kind, kernel: number, stride: number, side: number, padding: Padding): number {
  // Of grouped ones with a stride the padding is the same on every side, and every pixel is in a window.
  if (shape.kind === "grouped" && stride > 1 && (padding === "same" || kernel < stride)) return 0;
  const rows = Math.ceil(side / stride);
  const missing = Math.max(0, (rows - 1) * stride + kernel - side);
  const before = padding === "same" ? Math.floor(missing / 2) : padding;
  const { kind, groups, inChannels, outChannels } = shape;
  const convolution = { kind, groups, kernel, stride, padding, inChannels, outChannels } as Convolution;
  const x = drawn(BATCH * side * side * inChannels, "x");
  const k = drawn((kernel * kernel * inChannels * outChannels) / groups, "kernel");
  const dy = drawn(BATCH * rows * rows * outChannels, "dy");
  const last = kind === "depthwise" ? [inChannels, 1] : [inChannels / groups, outChannels];
  const actual = evaluateGraph(
    {
      x: { values: x, shape: [BATCH, side, side, inChannels] },
      kernel: { values: k, shape: [kernel, kernel, ...last] },
      dy: { values: dy, shape: [BATCH, rows, rows, outChannels] },
    },
    (graph) => {
      const [image, weights, gradient] = [graph.input("x"), graph.input("kernel"), graph.input("dy")];
      return {
        dx: inputGradient(graph, convolution, image, weights, gradient),
        dKernel: kernelGradient(graph, convolution, image, weights, gradient),
      };
    },
  );
  const expected = bySums(shape, [kernel, stride, side, rows, before], [x, k, dy]);
  const what = `${kernel} × ${kernel}, stride ${stride}, ${side} px, padding ${padding}`;
  assertClose(actual.dx, expected.dx, TOLERANCE, `input's: ${what}`);
  assertClose(actual.dKernel, expected.dKernel, TOLERANCE, `kernel's: ${what}`);
  return 1;
}

for (const shape of KINDS) {
  test(`gradients of ${shape.kind} convolutions are the sums over their windows`, () => {
    let compared = 0;
    for (const [kernel, stride, sides] of SIZES)
      for (const side of sides)
        for (const padding of ["same", (kernel - 1) / 2] as const)
          compared += compare(shape, kernel, stride, side, padding);
    assert.ok(compared >= 15);
  });
}

test("gradients of depthwise convolutions are such sums where pixels would displace each other in the cache", () => {
  for (const channels of [256, 512, 1024]) {
    const shape = {
      kind: "depthwise",
      groups: channels,
      inChannels: channels,
      outChannels: channels,
    } as const;
    compare(shape, 5, 1, 4, 2);
    compare(shape, 5, 2, 5, 2);
    compare(shape, 7, 1, 3, 3);
  }
});
