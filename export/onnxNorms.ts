/** Norms in ONNX operators of opset 17, which has one of the last axes alone. */
import type { Layer } from "./layers.js";
import { attribute, type Fragment, type OnnxNode, type OnnxTensor, scalar } from "./onnxMessages.js";

type Of<Kind extends Layer["kind"]> = Extract<Layer, { kind: Kind }>;

/** ONNX normalizes the last axes only, so the channels become the last one. */
export function layerNorm({ name, input, epsilon, gamma, beta }: Of<"layer-norm">): Fragment {
  const [factors, offsets] = [`${name}.gamma`, `${name}.beta`];
  const normalized = [attribute.int("axis", -1), attribute.float("epsilon", epsilon)];
  const turn = (to: readonly number[]) => [attribute.ints("perm", to)];
  return {
    nodes: [
      { name: `${name}.last`, op: "Transpose", inputs: [input], attributes: turn([0, 2, 3, 1]) },
      {
        name: `${name}.normal`,
        op: "LayerNormalization",
        inputs: [`${name}.last`, factors, offsets],
        attributes: normalized,
      },
      { name, op: "Transpose", inputs: [`${name}.normal`], attributes: turn([0, 3, 1, 2]) },
    ],
    constants: [
      { name: factors, ...gamma },
      { name: offsets, ...beta },
    ],
  };
}

/** Factors and offsets `[channels, 1, 1]`. */
function affine({ name, gamma, beta }: Of<"group-norm" | "response-norm">): readonly OnnxTensor[] {
  const shape = [gamma.data.length, 1, 1];
  return [
    { name: `${name}.gamma`, shape, data: gamma.data },
    { name: `${name}.beta`, shape, data: beta.data },
  ];
}

/** As PyTorch's exporter writes it: each group as one channel of an instance normalization. */
export function groupNorm(layer: Of<"group-norm">): Fragment {
  const { name, input, side, groups, epsilon, gamma } = layer;
  const part = (of: string): string => `${name}.${of}`;
  const ones = new Float32Array(groups).fill(1);
  const shape = (as: string, extents: readonly number[]): OnnxNode => ({
    name: part(as),
    op: "Constant",
    inputs: [],
    attributes: [attribute.ints("value_ints", extents)],
  });
  return {
    nodes: [
      // 0 is the number of pictures, as it was.
      shape("apart", [0, groups, -1]),
      shape("together", [0, gamma.data.length, side, side]),
      { name: part("stretches"), op: "Reshape", inputs: [input, part("apart")] },
      {
        name: part("normal"),
        op: "InstanceNormalization",
        inputs: [part("stretches"), part("ones"), part("noughts")],
        attributes: [attribute.float("epsilon", epsilon)],
      },
      { name: part("image"), op: "Reshape", inputs: [part("normal"), part("together")] },
      { name: part("scaled"), op: "Mul", inputs: [part("image"), part("gamma")] },
      { name, op: "Add", inputs: [part("scaled"), part("beta")] },
    ],
    constants: [
      { name: part("ones"), shape: [groups], data: ones },
      { name: part("noughts"), shape: [groups], data: new Float32Array(groups) },
      ...affine(layer),
    ],
  };
}

export function responseNorm(layer: Of<"response-norm">): Fragment {
  const { name, input, epsilon } = layer;
  const part = (of: string): string => `${name}.${of}`;
  return {
    nodes: [
      { name: part("roots"), op: "ReduceL2", inputs: [input], attributes: [attribute.ints("axes", [2, 3])] },
      {
        name: part("mean"),
        op: "ReduceMean",
        inputs: [part("roots")],
        attributes: [attribute.ints("axes", [1])],
      },
      { name: part("raised"), op: "Add", inputs: [part("mean"), part("epsilon")] },
      { name: part("shares"), op: "Div", inputs: [part("roots"), part("raised")] },
      { name: part("product"), op: "Mul", inputs: [input, part("shares")] },
      { name: part("scaled"), op: "Mul", inputs: [part("product"), part("gamma")] },
      { name: part("moved"), op: "Add", inputs: [part("scaled"), part("beta")] },
      { name, op: "Add", inputs: [input, part("moved")] },
    ],
    constants: [scalar(part("epsilon"), epsilon), ...affine(layer)],
  };
}
