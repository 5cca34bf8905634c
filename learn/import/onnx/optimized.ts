/** What onnxruntime's optimizer (`ORT_ENABLE_EXTENDED`) puts together, in the operators that it was before. */
import type { OnnxNode } from "./node.js";

/** Operators of its own begin so. */
export const MICROSOFT = "com.microsoft.";

/** @returns the node itself, or those that stand for it, one after the other */
export function unfused(node: OnnxNode): readonly OnnxNode[] {
  if (!node.operator.startsWith(MICROSOFT)) return [node];
  const [x = "", second = "", bias = "", added = ""] = node.inputs;
  switch (node.operator.slice(MICROSOFT.length)) {
    case "FusedConv": {
      const convolution = { ...node, operator: "Conv", inputs: [x, second, ...(bias === "" ? [] : [bias])] };
      return chained([convolution, ...(added === "" ? [] : [sum(node, added)]), ...activationOf(node)]);
    }
    case "FusedGemm":
      return chained([{ ...node, operator: "Gemm" }, ...activationOf(node)]);
    case "FusedMatMul":
      return isPlainProduct(node) ? [{ ...node, operator: "MatMul" }] : [node];
    case "Gelu":
      return [{ ...node, operator: "Gelu" }];
    case "QuickGelu":
      return [
        { ...node, operator: "Swish", floats: new Map([["alpha", node.floats.get("alpha") ?? QUICK]]) },
      ];
    case "BiasGelu":
    case "FastGelu": {
      const isFast = node.operator.endsWith("FastGelu");
      const gelu = { ...node, operator: "Gelu", texts: new Map(isFast ? [["approximate", "tanh"]] : []) };
      return second === ""
        ? [{ ...gelu, inputs: [x] }]
        : chained([{ ...sum(node, second), inputs: [x, second] }, gelu]);
    }
    default:
      return [node];
  }
}

/** `x · sigmoid(αx)` where the operator says nothing, by onnxruntime's reference. */
const QUICK = 1.702;

const sum = (node: OnnxNode, added: string): OnnxNode => ({ ...node, operator: "Add", inputs: ["", added] });

/** Names of the numbers of an activation, by the order in which they are listed. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Clip: ["min", "max"],
  HardSigmoid: ["alpha", "beta"],
  LeakyRelu: ["alpha"],
};

/** The activation that a node names, at its end. */
function activationOf(node: OnnxNode): readonly OnnxNode[] {
  const operator = node.texts.get("activation") ?? "";
  if (operator === "") return [];
  const names = PARAMETERS[operator] ?? [];
  const listed = node.lists.get("activation_params") ?? [];
  const own = [...node.floats].flatMap(([name, value]): [string, number][] =>
    name.startsWith(OF_ACTIVATION) ? [[name.slice(OF_ACTIVATION.length), value]] : [],
  );
  const floats = new Map([
    ...names.flatMap((name, i): [string, number][] => {
      const value = listed[i];
      return value === undefined ? [] : [[name, value]];
    }),
    ...own,
  ]);
  return [{ ...node, operator, floats, integers: new Map(), texts: new Map(), inputs: [""] }];
}
/** In `FusedGemm` they are attributes of their own. */
const OF_ACTIVATION = "activation_";

function isPlainProduct({ integers, floats }: OnnxNode): boolean {
  const turns = ["transA", "transB", "transBatchA", "transBatchB"];
  return (floats.get("alpha") ?? 1) === 1 && turns.every((name) => (integers.get(name)?.[0] ?? 0) === 0);
}

/** Each takes what the one before gives in place of its first input; the last gives what all of them give. */
function chained(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  const [output = ""] = nodes[0]?.outputs ?? [];
  const between = (index: number): string => `${output}, step ${index + 1} of ${nodes.length}`;
  return nodes.map((node, index) => ({
    ...node,
    inputs: index === 0 ? node.inputs : [between(index - 1), ...node.inputs.slice(1)],
    outputs: index === nodes.length - 1 ? node.outputs.slice(0, 1) : [between(index)],
  }));
}
