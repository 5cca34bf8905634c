/** Ways of writing that exporters and optimizers have of their own: each is the network that it is in plain operators. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type OnnxNetwork, readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import { ThawError } from "../../../../spec/errors.js";
import { encode, type Field, field, integers, node, weight } from "../../../fuzz/checkpoints/onnxFields.js";
import { temporaryFolder } from "../support.js";

const attribute = (name: string, number: number, value: Field["value"] | string, kind: number): Field =>
  field(5, [field(1, name), field(number, value), field(20, kind)]);
const text = (name: string, value: string): Field => attribute(name, 4, value, 3);
const float = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const number = (name: string, value: number): Field =>
  field(5, [field(1, name), { number: 2, value: float(value), kind: 5 }, field(20, 1)]);
/** Packed, as `onnx.proto` of today has it, or one after another. */
const list = (name: string, values: readonly number[], isPacked: boolean): Field =>
  isPacked
    ? attribute(name, 7, Buffer.concat(values.map(float)), 6)
    : field(5, [
        field(1, name),
        ...values.map((value) => ({ number: 7, value: float(value), kind: 5 })),
        field(20, 6),
      ]);
const scalar = (name: string, value: number): Field =>
  field(5, [field(2, 1), field(8, name), field(9, float(value))]);
const place = (name: string, value: number, shape: readonly number[] = []): Field => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return field(5, [...shape.map((extent) => field(1, extent)), field(2, 7), field(8, name), field(9, bytes)]);
};
const microsoft = (
  operator: string,
  inputs: readonly string[],
  output: string,
  more: readonly Field[] = [],
): Field => node(operator, inputs, output, [...more, field(7, "com.microsoft")]);

const PADS = integers("pads", [1, 1, 1, 1]);
/** A convolution, what is tried, a convolution and means. */
function graph(tried: readonly Field[]): Buffer {
  const extents = [1, 3, 16, 16].map((extent) => field(1, [field(1, extent)]));
  return encode([
    field(1, 8),
    field(2, "tests"),
    field(7, [
      ...[
        weight("k0", [4, 3, 3, 3]),
        weight("k1", [4, 4, 3, 3]),
        weight("b", [4]),
        weight("k2", [6, 4, 3, 3]),
      ],
      ...[weight("m", [4, 4]), scalar("least", 0), scalar("most", 6)],
      ...[place("first", 0), place("last", -1), place("third", 2)],
      ...["zero", "one", "two", "three"].map((name, value) => place(name, value, [1])),
      node("Conv", ["x", "k0"], "c", [PADS]),
      ...tried,
      node("Conv", ["y", "k2"], "z", [PADS]),
      node("GlobalAveragePool", ["z"], "f"),
      field(11, [field(1, "x"), field(2, [field(1, [field(1, 1), field(2, extents)])])]),
      field(12, [field(1, "f")]),
    ]),
  ]);
}

async function networkOf(context: TestContext, tried: readonly Field[]): Promise<OnnxNetwork> {
  const path = join(await temporaryFolder(context), "network.onnx");
  await writeFile(path, graph(tried));
  return readOnnxNetwork(path, {});
}

const leaky = [number("alpha", 0.125)];
const CASES: Readonly<Record<string, readonly [own: readonly Field[], plain: readonly Field[]]>> = {
  "FusedConv without an activation": [
    [microsoft("FusedConv", ["c", "k1"], "y", [PADS])],
    [node("Conv", ["c", "k1"], "y", [PADS])],
  ],
  "FusedConv with bias and Relu": [
    [microsoft("FusedConv", ["c", "k1", "b"], "y", [PADS, text("activation", "Relu")])],
    [node("Conv", ["c", "k1", "b"], "d", [PADS]), node("Relu", ["d"], "y")],
  ],
  "FusedConv with a sum before the activation": [
    [microsoft("FusedConv", ["c", "k1", "", "c"], "y", [PADS, text("activation", "Relu")])],
    [node("Conv", ["c", "k1"], "d", [PADS]), node("Add", ["d", "c"], "e"), node("Relu", ["e"], "y")],
  ],
  "FusedConv with Clip": [
    [
      microsoft("FusedConv", ["c", "k1"], "y", [
        PADS,
        text("activation", "Clip"),
        list("activation_params", [0, 6], true),
      ]),
    ],
    [node("Conv", ["c", "k1"], "d", [PADS]), node("Clip", ["d", "least", "most"], "y")],
  ],
  "FusedConv with LeakyRelu": [
    [
      microsoft("FusedConv", ["c", "k1"], "y", [
        PADS,
        text("activation", "LeakyRelu"),
        list("activation_params", [0.125], false),
      ]),
    ],
    [node("Conv", ["c", "k1"], "d", [PADS]), node("LeakyRelu", ["d"], "y", leaky)],
  ],
  "FusedConv with HardSigmoid": [
    [
      microsoft("FusedConv", ["c", "k1"], "y", [
        PADS,
        text("activation", "HardSigmoid"),
        list("activation_params", [1 / 6, 0.5], true),
      ]),
    ],
    [node("Conv", ["c", "k1"], "d", [PADS]), node("HardSigmoid", ["d"], "y", [number("alpha", 1 / 6)])],
  ],
  "QuickGelu that is a SiLU": [
    [microsoft("QuickGelu", ["c"], "y", [number("alpha", 1)])],
    [node("Sigmoid", ["c"], "s"), node("Mul", ["c", "s"], "y")],
  ],
  "Swish of opset 24": [
    [node("Swish", ["c"], "y")],
    [node("Sigmoid", ["c"], "s"), node("Mul", ["c", "s"], "y")],
  ],
  "Gelu of onnxruntime": [[microsoft("Gelu", ["c"], "y")], [node("Gelu", ["c"], "y")]],
  FastGelu: [[microsoft("FastGelu", ["c"], "y")], [node("Gelu", ["c"], "y", [text("approximate", "tanh")])]],
  "FusedMatMul and BiasGelu of channels last": [
    [
      node("Transpose", ["c"], "t", [integers("perm", [0, 2, 3, 1])]),
      microsoft("FusedMatMul", ["t", "m"], "u", [number("alpha", 1)]),
      microsoft("BiasGelu", ["u", "b"], "v"),
      node("Transpose", ["v"], "y", [integers("perm", [0, 3, 1, 2])]),
    ],
    [
      node("Transpose", ["c"], "t", [integers("perm", [0, 2, 3, 1])]),
      node("MatMul", ["t", "m"], "u"),
      node("Add", ["u", "b"], "w"),
      node("Gelu", ["w"], "v"),
      node("Transpose", ["v"], "y", [integers("perm", [0, 3, 1, 2])]),
    ],
  ],
  "channels one by one, as torchvision's `transform_input`": [
    [
      ...["first", "third", "last"].flatMap((at, i) => [
        node("Gather", ["x", at], `g${i}`, [attribute("axis", 3, 1, 2)]),
        node("Unsqueeze", [`g${i}`, "one"], `u${i}`),
      ]),
      node("Concat", ["u0", "u1", "u2"], "v", [attribute("axis", 3, 1, 2)]),
      node("Conv", ["v", "k0"], "y", [PADS]),
    ],
    [
      node("Slice", ["x", "zero", "one", "one"], "u0"),
      node("Slice", ["x", "two", "three", "one"], "u1"),
      node("Slice", ["x", "two", "three", "one"], "u2"),
      node("Concat", ["u0", "u1", "u2"], "v", [attribute("axis", 3, 1, 2)]),
      node("Conv", ["v", "k0"], "y", [PADS]),
    ],
  ],
};

for (const [what, [own, plain]] of Object.entries(CASES)) {
  test(`${what}: it is the network of the plain operators`, async (context) => {
    const [{ output: _own, ...read }, { output: _plain, ...wanted }] = [
      await networkOf(context, own),
      await networkOf(context, plain),
    ];
    assert.deepEqual(read, wanted);
  });
}

/** Constants as float16 has them. */
for (const [what, root] of [
  ["Mul", 0.70703125],
  ["Div", 1.4140625],
] as const) {
  test(`GELU by a ${what} with √2 in float16 is a GELU`, async (context) => {
    const { architecture } = await networkOf(context, [
      ...[scalar("root", root), scalar("unit", 1), scalar("share", 0.5)],
      node(what, ["c", "root"], "d"),
      node("Erf", ["d"], "e"),
      node("Add", ["e", "unit"], "g"),
      node("Mul", ["c", "g"], "h"),
      node("Mul", ["h", "share"], "y"),
    ]);
    assert.match(JSON.stringify(architecture), /"activation":"gelu"/);
  });
}

test("a QuickGelu that is no SiLU is one between two lines", async (context) => {
  const { architecture, parameters } = await networkOf(context, [microsoft("QuickGelu", ["c"], "y")]);
  assert.match(JSON.stringify(architecture), /"activation":"silu"/);
  const numbers = [...parameters.values()].flatMap(({ data }) => [...data]);
  // The line before it is in the kernel below.
  assert.ok(
    numbers.some((value) => Math.abs(value * 1.702 - 1) < 1e-6),
    "1 / 1.702 is among its factors",
  );
});

for (const [what, tried, says, hint] of [
  [
    "blocked channels",
    [microsoft("nchwc.Conv", ["c", "k1"], "y", [PADS])],
    /thaw does not know the operator com\.microsoft\.nchwc\.Conv there/,
    /onnxruntime's optimizer wrote it, for one kind of machine: add the file that it was made of/,
  ],
  [
    "FusedConv with an activation of nobody's",
    [microsoft("FusedConv", ["c", "k1"], "y", [PADS, text("activation", "Wave")])],
    /thaw does not know the operator Wave there/,
    /--output/,
  ],
  [
    "a function that is no activation of thaw's",
    [node("Elu", ["c"], "y")],
    /a function that is none of thaw's activations/,
    /thaw has relu/,
  ],
  [
    "a FusedMatMul by a turned matrix",
    [
      node("Transpose", ["c"], "t", [integers("perm", [0, 2, 3, 1])]),
      microsoft("FusedMatMul", ["t", "m"], "u", [attribute("transB", 3, 1, 2)]),
      node("Transpose", ["u"], "y", [integers("perm", [0, 3, 1, 2])]),
    ],
    /thaw does not know the operator com\.microsoft\.FusedMatMul there/,
    /onnxruntime's optimizer wrote it/,
  ],
  [
    "a channel without its axis, put beside another",
    [
      node("Gather", ["c", "first"], "g", [attribute("axis", 3, 1, 2)]),
      node("Concat", ["g", "g", "g", "g"], "h", [attribute("axis", 3, 1, 2)]),
      node("Unsqueeze", ["h", "one"], "y"),
    ],
    /thaw does not know the operator Concat there/,
    /./,
  ],
  [
    "a channel that is given an axis elsewhere",
    [node("Gather", ["c", "first"], "g", [attribute("axis", 3, 1, 2)]), node("Unsqueeze", ["g", "two"], "y")],
    /it gives one channel another axis than that of channels/,
    /./,
  ],
] as const) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(networkOf(context, tried), (error) => {
      assert.ok(error instanceof ThawError, String((error as Error).stack));
      assert.match(error.message, says);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

test("nobody is told to take the picture itself for features", async (context) => {
  const wave = node("Wave", ["x"], "w");
  await assert.rejects(networkOf(context, [wave, node("Add", ["w", "w"], "y")]), (error) => {
    assert.ok(error instanceof ThawError);
    assert.doesNotMatch(error.hint ?? "", /--output/);
    return true;
  });
});
