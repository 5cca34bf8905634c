/** The ONNX file of a network of no known architecture: what the reader of any graph follows, in one small graph. */
import { encode, type Field, field, integers, node, weight } from "./onnxFields.js";

const text = (name: string, value: string): Field =>
  field(5, [field(1, name), field(4, value), field(20, 3)]);

/** Whole numbers of 64 bits, as shapes and pads are. */
function list(name: string, values: readonly number[]): Field {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigInt64LE(BigInt(value), 8 * i);
  return field(5, [field(1, values.length), field(2, 7), field(8, name), field(9, bytes)]);
}

/** Both layouts, all kinds of joins, squeeze-and-excitation, a shuffle of channels, and a head. */
export function graphFields(): Field[] {
  const square = (size: number): Field => integers("kernel_shape", [size, size]);
  const strides = integers("strides", [2, 2]);
  const axis = (value: number): Field => field(5, [field(1, "axis"), field(3, value), field(20, 2)]);
  const zero = [field(1, 1), field(2, 7), field(9, Buffer.alloc(8))];
  const graph: Field[] = [
    ...[
      weight("k0", [4, 3, 3, 3]),
      weight("b0", [4]),
      weight("k1", [4, 4, 1, 1]),
      weight("k2", [4, 1, 3, 3]),
    ],
    ...[
      weight("k3", [8, 8, 9, 9]),
      weight("r", [2, 8, 1, 1]),
      weight("e", [8, 2, 1, 1]),
      weight("m", [8, 8]),
    ],
    ...[weight("one", [1]), weight("v", [4]), weight("fc", [8, 5])],
    ...["scale", "B", "mean", "var"].map((part) => weight(part, [8])),
    ...[
      list("parted", [0, 2, 2, 16, 16]),
      list("whole", [0, 4, 16, 16]),
      list("pads", [0, 0, 0, 0, 0, 0, 1, 1]),
    ],
    ...[list("sizes", [2, 2]), list("axes", [1, 2]), list("two", [2]), list("four", [4]), list("six", [6])],
    ...[list("ones", [1, 1]), list("nought", [0]), list("open", [-1]), weight("g", [8])],
    ...[list("groups", [0, 2, -1]), list("image", [0, 8, 8, 8]), weight("u", [2]), weight("g1", [8, 1, 1])],
    node("Transpose", ["x"], "t", [integers("perm", [0, 3, 1, 2])]),
    node("Mul", ["t", "one"], "s"),
    node("Conv", ["s", "k0", "b0"], "c0", [text("auto_pad", "SAME_UPPER"), strides]),
    node("Sigmoid", ["c0"], "g0"),
    node("Mul", ["c0", "g0"], "a0"),
    node("Reshape", ["a0", "parted"], "p0"),
    node("Transpose", ["p0"], "p1", [integers("perm", [0, 2, 1, 3, 4])]),
    node("Reshape", ["p1", "whole"], "p2"),
    field(1, [field(1, "p2"), field(1, "sizes"), field(2, "h0"), field(2, "h1"), field(4, "Split"), axis(1)]),
    node("Relu", ["h1"], "h2"),
    node("Concat", ["h0", "h2"], "j0", [axis(1)]),
    node("Conv", ["j0", "k1"], "c1"),
    node("Add", ["c1", "j0"], "d0"),
    node("Add", ["d0", "v"], "d1"),
    node("Relu", ["d0"], "a1"),
    node("Conv", ["a1", "k2"], "c2", [integers("group", [4]), integers("pads", [1, 1, 1, 1])]),
    node("Concat", ["c2", "a1"], "j1", [axis(1)]),
    node("BatchNormalization", ["j1", "scale", "B", "mean", "var"], "n1"),
    // Pads that are computed of the picture's extents, as PyTorch does it.
    node("Shape", ["n1"], "z0"),
    node("Slice", ["z0", "two", "four"], "z1"),
    node("Mod", ["z1", "two"], "z2"),
    node("Add", ["z2", "ones"], "z3"),
    node("ConstantOfShape", ["six"], "z4", [field(5, [field(1, "value"), field(5, zero), field(20, 4)])]),
    node("Cast", ["z3"], "z5", [field(5, [field(1, "to"), field(3, 7), field(20, 2)])]),
    node("Concat", ["z4", "z5"], "z6", [axis(0)]),
    node("Equal", ["z6", "pads"], "z7"),
    node("Where", ["z7", "pads", "z6"], "z8"),
    node("Unsqueeze", ["z8", "nought"], "z9"),
    node("Reshape", ["z9", "open"], "z10"),
    node("Pad", ["n1", "z10"], "n2"),
    // A kernel of more than 4,096 numbers, standardised.
    node("ReduceMean", ["k3"], "v0", [integers("axes", [1, 2, 3])]),
    node("Sub", ["k3", "v0"], "v1"),
    node("Mul", ["v1", "v1"], "v2"),
    node("ReduceMean", ["v2"], "v3", [integers("axes", [1, 2, 3])]),
    node("Add", ["v3", "one"], "v4"),
    node("Sqrt", ["v4"], "v5"),
    node("Div", ["v1", "v5"], "v6"),
    node("Conv", ["n2", "v6"], "c4", [
      strides,
      integers("dilations", [1, 1]),
      integers("pads", [3, 3, 3, 3]),
    ]),
    // Norms of groups and of responses.
    node("Reshape", ["c4", "groups"], "i0"),
    node("InstanceNormalization", ["i0", "u", "u"], "i1"),
    node("Reshape", ["i1", "image"], "i2"),
    node("Mul", ["i2", "g1"], "i3"),
    node("ReduceL2", ["i3"], "o0", [integers("axes", [2, 3])]),
    node("ReduceMean", ["o0"], "o1", [integers("axes", [1])]),
    node("Add", ["o1", "one"], "o2"),
    node("Div", ["o0", "o2"], "o3"),
    node("Mul", ["i3", "o3"], "o4"),
    node("Mul", ["o4", "g1"], "o5"),
    node("Add", ["i3", "o5"], "c3"),
    node("GlobalAveragePool", ["c3"], "q0"),
    node("Conv", ["q0", "r"], "q1"),
    node("Relu", ["q1"], "q2"),
    node("Conv", ["q2", "e"], "q3"),
    node("Sigmoid", ["q3"], "q4"),
    node("Mul", ["c3", "q4"], "w0"),
    node("AveragePool", ["w0"], "w1", [square(2), strides]),
    node("MaxPool", ["w1"], "w2", [square(3), integers("pads", [1, 1, 1, 1])]),
    node("Transpose", ["w2"], "l0", [integers("perm", [0, 2, 3, 1])]),
    node("MatMul", ["l0", "m"], "l1"),
    // A layer norm in parts, and a leaky rectifier.
    node("ReduceMean", ["l1"], "l2", [integers("axes", [-1])]),
    node("Sub", ["l1", "l2"], "l3"),
    node("Mul", ["l3", "l3"], "l4"),
    node("ReduceMean", ["l4"], "l5", [integers("axes", [3])]),
    node("Add", ["l5", "one"], "l6"),
    node("Sqrt", ["l6"], "l7"),
    node("Div", ["l3", "l7"], "l8"),
    node("Mul", ["l8", "g"], "l9"),
    node("LeakyRelu", ["l9"], "l10"),
    node("ReduceMean", ["l10", "axes"], "f"),
    node("MatMul", ["f", "fc"], "y"),
    node("Softmax", ["y"], "z"),
    field(12, [field(1, "z")]),
  ];
  const extents = [1, 32, 32, 3].map((extent) => field(1, [field(1, extent)]));
  graph.push(field(11, [field(1, "x"), field(2, [field(1, [field(1, 1), field(2, extents)])])]));
  return [field(1, 8), field(2, "tests"), field(7, graph)];
}

export const soundGraph = (): Buffer => encode(graphFields());
