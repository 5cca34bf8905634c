/** ONNX files of a small network, as trees of protobuf's fields that can be changed and written again. */
import { kernelShape, type Unit } from "../../../learn/bases/architecture.js";
import { resNet } from "../../../learn/bases/families/resnet.js";
import type { Drawing } from "../drawing.js";
import { withData } from "./onnxData.js";
import { encode, type Field, field, integers, node, weight } from "./onnxFields.js";
import { graphFields } from "./onnxGraph.js";

/** The network of the cases. */
export const SMALL = resNet({ block: "basic", repeats: [1, 1, 1, 1], channels: 2 });

/** The graph of the small network, batch norms of its first unit there and of the others folded. */
function sound(): Field[] {
  const graph: Field[] = [];
  let made = 0;
  const add = (operator: string, inputs: readonly string[], more: readonly Field[] = []): string => {
    const output = `t${made++}`;
    graph.push(node(operator, inputs, output, more));
    return output;
  };
  const convolve = (unit: Unit, from: string): string => {
    if (unit.kind !== "full") throw new Error(`the small network has no ${unit.kind}`);
    const [height, width, input, output] = kernelShape(unit);
    const [kernel, bias] = [`${unit.name}.weight`, `${unit.name}.bias`];
    const padding = (height - 1) / 2;
    graph.push(weight(kernel, [output, input, height, width]), weight(bias, [output]));
    let at = add(
      "Conv",
      [from, kernel, bias],
      [
        integers("strides", [unit.stride, unit.stride]),
        integers("pads", [padding, padding, padding, padding]),
      ],
    );
    if (from === "x") {
      const parts = ["scale", "B", "mean", "var"].map((part) => `${unit.name}.${part}`);
      graph.push(...parts.map((part) => weight(part, [output])));
      at = add("BatchNormalization", [at, ...parts]);
    }
    return unit.activation === "none" ? at : add("Relu", [at]);
  };
  let at = "x";
  for (const { units, projection, residual, activation, pool } of SMALL.groups.flatMap(
    ({ blocks }) => blocks,
  )) {
    const start = at;
    for (const unit of units) at = convolve(unit, at);
    if (residual) at = add("Add", [at, projection === undefined ? start : convolve(projection, start)]);
    if (activation === "relu") at = add("Relu", [at]);
    if (pool === undefined) continue;
    const size = [
      integers("kernel_shape", [3, 3]),
      integers("strides", [2, 2]),
      integers("pads", [1, 1, 1, 1]),
    ];
    at = add("MaxPool", [at], size);
  }
  graph.push(field(12, [field(1, add("GlobalAveragePool", [at]))]));
  const extents = [1, 3, 32, 32].map((extent) => field(1, [field(1, extent)]));
  graph.push(field(11, [field(1, "x"), field(2, [field(1, [field(1, 1), field(2, extents)])])]));
  return [field(1, 8), field(2, "tests"), field(7, graph)];
}

const SOUND = sound();
const GRAPH = graphFields();

export const soundOnnx = (): Buffer => encode(SOUND);

const NUMBERS = [0, 1, 2, 3, -1, 7, 64, 2 ** 31, 2 ** 53];
const TEXTS = [
  "",
  "..",
  "location",
  "/etc/passwd",
  "x",
  "t0",
  "t3",
  "Conv",
  "Relu",
  "Identity",
  "Constant",
  "Loop",
  "\u001b[2J",
  "y".repeat(5000),
];

/** Making a file must not take the memory that reading it is measured by. */
const MOST_COPIED = 16 * 2 ** 20;

const copiesOf = (one: Field, count: number): Field[] =>
  new Array<Field>(Math.max(1, Math.min(count, Math.floor(MOST_COPIED / encode([one]).length)))).fill(one);

/** Changes one field somewhere below, most often deep in the graph. */
function changed(fields: readonly Field[], draw: Drawing): Field[] {
  const at = draw.below(fields.length);
  const one = fields[at];
  if (one === undefined) return [...fields];
  const { number, value } = one;
  // Down as long as there is something below, mostly.
  if (Array.isArray(value) && !draw.oneIn(6)) return fields.with(at, field(number, changed(value, draw)));
  switch (draw.below(6)) {
    case 0:
      return fields.toSpliced(at, 1);
    case 1:
      return fields.toSpliced(at, 0, ...copiesOf(one, draw.pick([1, 1, 1, 3000])));
    case 2:
      return fields.with(at, field(draw.below(16), value));
    case 3:
      return fields.with(at, draw.pick(fields)).with(draw.below(fields.length), one);
    case 4:
      return fields.with(at, field(number, draw.oneIn(2) ? draw.pick(NUMBERS) : draw.pick(TEXTS)));
    default:
      return fields.with(
        at,
        field(
          number,
          Buffer.isBuffer(value) ? value.subarray(0, draw.below(value.length + 1)) : Buffer.alloc(9, 255),
        ),
      );
  }
}

/** @param of the network of a known architecture, the graph of none, or any other file's fields */
export function changedOnnx(draw: Drawing, of: "network" | "graph" | readonly Field[] = "network"): Buffer {
  return changedBytes(of === "graph" ? GRAPH : of === "network" ? SOUND : of, draw);
}

/** Beside the file of a case. */
export const DATA_FILE = "data";
const PARTED = withData(GRAPH, () => DATA_FILE);

/** A graph whose weights lie in another file, which may be cut short. */
export function changedWithData(draw: Drawing): { readonly bytes: Buffer; readonly data: Buffer } {
  const data = PARTED.files.get(DATA_FILE) ?? Buffer.alloc(0);
  const bytes = changedBytes(PARTED.model, draw);
  return { bytes, data: draw.oneIn(10) ? data.subarray(0, draw.below(data.length)) : data };
}

/** One to four changes of the tree; now and then of the bytes, too. */
function changedBytes(of: readonly Field[], draw: Drawing): Buffer {
  const changes = 1 + draw.below(4);
  let model = [...of];
  for (let i = 0; i < changes; i++) {
    // The first two fields are what it is told by.
    model = [...model.slice(0, 2), ...changed(model.slice(2), draw)];
  }
  const bytes = encode(model);
  if (draw.oneIn(10)) bytes[draw.below(bytes.length)] = draw.below(256);
  return draw.oneIn(20) ? bytes.subarray(0, draw.below(bytes.length)) : bytes;
}
