/**
 * Images made larger or smaller: by ONNX' own operator, whose conventions `learn/network/resizing.ts` has, where they grow by a
 * whole number of times. Of other scales programs make other extents and places, so rows and columns are multiplied by the matrix.
 */
import { resizeMatrix } from "../learn/network/resizing.js";
import type { Layer } from "./layers.js";
import { attribute, type Fragment, type OnnxAttribute } from "./onnxMessages.js";

type Resize = Extract<Layer, { kind: "resize" }>;

export const resized = (layer: Resize): Fragment =>
  layer.resizing.to % layer.resizing.from === 0 ? byOperator(layer) : byMatrices(layer);

/** The number of pictures and the channels stay. */
function byOperator({ name, input, resizing }: Resize): Fragment {
  const { from, to, mode, coordinates, rounding } = resizing;
  const scales = `${name}.scales`;
  const attributes: readonly OnnxAttribute[] = [
    attribute.text("mode", mode),
    attribute.text("coordinate_transformation_mode", coordinates),
    ...(rounding === undefined ? [] : [attribute.text("nearest_mode", rounding)]),
  ];
  return {
    nodes: [{ name, op: "Resize", inputs: [input, "", scales], attributes }],
    constants: [{ name: scales, shape: [4], data: Float32Array.of(1, 1, to / from, to / from) }],
  };
}

function byMatrices({ name, input, resizing }: Resize): Fragment {
  const { from, to } = resizing;
  const matrix = resizeMatrix(resizing);
  const turned = Float32Array.from(matrix, (_, i) => matrix[(i % to) * from + Math.floor(i / to)] ?? 0);
  const part = (of: string): string => `${name}.${of}`;
  return {
    nodes: [
      { name: part("rows"), op: "MatMul", inputs: [part("down"), input] },
      { name, op: "MatMul", inputs: [part("rows"), part("across")] },
    ],
    constants: [
      { name: part("down"), shape: [to, from], data: matrix },
      { name: part("across"), shape: [from, to], data: turned },
    ],
  };
}
