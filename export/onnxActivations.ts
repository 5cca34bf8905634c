/** Activations in the words of ONNX. */
import { GELU_CUBE, GELU_SCALE, slopeOf } from "../learn/network/activations.js";
import type { LayerActivation } from "./layers.js";
import { attribute, type Fragment, scalar } from "./onnxMessages.js";

/** @param input name of the value @param name of the layer, which its last operation has */
export function onnxActivation(name: string, input: string, activation: LayerActivation): Fragment {
  const plain = (op: string): Fragment => ({ nodes: [{ name, op, inputs: [input] }], constants: [] });
  switch (activation) {
    case "relu":
      return plain("Relu");
    case "sigmoid":
      return plain("Sigmoid");
    case "hard-swish":
      // Of opset 14: x · max(0, min(1, x / 6 + 1 / 2)).
      return plain("HardSwish");
    case "hard-sigmoid":
      return {
        nodes: [
          {
            name,
            op: "HardSigmoid",
            inputs: [input],
            attributes: [attribute.float("alpha", 1 / 6), attribute.float("beta", 1 / 2)],
          },
        ],
        constants: [],
      };
    case "relu6": {
      const [low, high] = [`${name}.low`, `${name}.high`];
      return {
        nodes: [{ name, op: "Clip", inputs: [input, low, high] }],
        constants: [scalar(low, 0), scalar(high, 6)],
      };
    }
    case "silu":
      return {
        nodes: [
          { name: `${name}.sigmoid`, op: "Sigmoid", inputs: [input] },
          { name, op: "Mul", inputs: [input, `${name}.sigmoid`] },
        ],
        constants: [],
      };
    case "gelu": {
      const [over, one, half] = [`${name}.over`, `${name}.one`, `${name}.half`];
      return {
        nodes: [
          { name: `${name}.scaled`, op: "Mul", inputs: [input, over] },
          { name: `${name}.erf`, op: "Erf", inputs: [`${name}.scaled`] },
          { name: `${name}.raised`, op: "Add", inputs: [`${name}.erf`, one] },
          { name: `${name}.share`, op: "Mul", inputs: [`${name}.raised`, half] },
          { name, op: "Mul", inputs: [input, `${name}.share`] },
        ],
        constants: [scalar(over, Math.SQRT1_2), scalar(one, 1), scalar(half, 0.5)],
      };
    }
    case "gelu-tanh": {
      const [cube, one, scale, half] = ["cube", "one", "scale", "half"].map((part) => `${name}.${part}`) as [
        string,
        string,
        string,
        string,
      ];
      return {
        nodes: [
          { name: `${name}.square`, op: "Mul", inputs: [input, input] },
          { name: `${name}.cubed`, op: "Mul", inputs: [`${name}.square`, cube] },
          { name: `${name}.factor`, op: "Add", inputs: [`${name}.cubed`, one] },
          { name: `${name}.inner`, op: "Mul", inputs: [input, `${name}.factor`] },
          { name: `${name}.scaled`, op: "Mul", inputs: [`${name}.inner`, scale] },
          { name: `${name}.tanh`, op: "Tanh", inputs: [`${name}.scaled`] },
          { name: `${name}.raised`, op: "Add", inputs: [`${name}.tanh`, one] },
          { name: `${name}.share`, op: "Mul", inputs: [`${name}.raised`, half] },
          { name, op: "Mul", inputs: [input, `${name}.share`] },
        ],
        constants: [scalar(cube, GELU_CUBE), scalar(one, 1), scalar(scale, GELU_SCALE), scalar(half, 0.5)],
      };
    }
    default:
      return {
        nodes: [
          {
            name,
            op: "LeakyRelu",
            inputs: [input],
            attributes: [attribute.float("alpha", slopeOf(activation))],
          },
        ],
        constants: [],
      };
  }
}
