/** Headers of safetensors files, changed entry by entry and written with their right length. */
import type { Drawing } from "../drawing.js";

interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}
type Header = [name: string, entry: unknown][];

const SOUND: readonly (readonly [string, Entry])[] = [
  ["conv.weight", { dtype: "F32", shape: [2, 3, 2, 2], data_offsets: [0, 96] }],
  ["bn.weight", { dtype: "BF16", shape: [4], data_offsets: [96, 104] }],
  ["bn.bias", { dtype: "F16", shape: [4], data_offsets: [104, 112] }],
  ["count", { dtype: "I64", shape: [], data_offsets: [112, 120] }],
];
const BODY = 120;

const NUMBERS = [
  0,
  1,
  -1,
  0.5,
  4,
  8,
  96,
  120,
  121,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 64,
  1e308,
  null,
  "8",
  [],
  {},
];
const TYPES = [
  "F32",
  "F16",
  "BF16",
  "F64",
  "I64",
  "I32",
  "BOOL",
  "U8",
  "F8_E4M3",
  "__proto__",
  "constructor",
  4,
  null,
];
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "",
  "x".repeat(5000),
  "\u001b[31m",
  "a\nb",
  "__metadata__",
  "bn.bias",
];

function deep(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

type Change = (header: Header, draw: Drawing) => unknown;

const entryOf = (header: Header, draw: Drawing): Entry | undefined => {
  const [, entry] = header.length === 0 ? [] : draw.pick(header);
  return typeof entry === "object" && entry !== null ? (entry as Entry) : undefined;
};

function setItem(list: unknown, draw: Drawing): void {
  if (Array.isArray(list)) list[draw.below(list.length + 1)] = draw.pick(NUMBERS);
}

const CHANGES: readonly Change[] = [
  (header, draw) => Object.assign(entryOf(header, draw) ?? {}, { dtype: draw.pick(TYPES) }),
  (header, draw) => setItem(entryOf(header, draw)?.shape, draw),
  (header, draw) => setItem(entryOf(header, draw)?.data_offsets, draw),
  (header, draw) => Object.assign(entryOf(header, draw) ?? {}, { shape: draw.pick(NUMBERS) }),
  (header, draw) => {
    const shape = Array.from({ length: draw.below(2000) }, () => draw.pick([0, 1, 2 ** 40]));
    Object.assign(entryOf(header, draw) ?? {}, { shape });
  },
  (header, draw) => Object.assign(draw.pick(header), { 0: draw.pick(NAMES) }),
  (header, draw) => Object.assign(draw.pick(header), { 1: draw.pick([...NUMBERS, deep(3), SOUND]) }),
  (header, draw) => void header.push([draw.pick(NAMES), draw.pick(header)[1]]),
  (header, draw) =>
    void header.push(
      ...Array.from({ length: draw.below(3000) }, (_, i): Header[number] => [
        `t${i}`,
        { dtype: "F32", shape: [draw.pick([0, 30])], data_offsets: [0, draw.pick([0, 120])] },
      ]),
    ),
  (header, draw) => void header.splice(draw.below(header.length), 1),
  (header, draw) =>
    void header.push(["__metadata__", draw.pick([{ format: "pt" }, { a: 1 }, [], "x", deep(2000)])]),
  (header, draw) => void header.push(["nest", deep(draw.below(4000))]),
];

/** One to four changes; now and then also of the text, of its length and of the file's. */
export function changedSafetensors(draw: Drawing, changes = draw.below(5)): Buffer {
  const header: Header = structuredClone(SOUND) as unknown as Header;
  for (let i = 0; i < changes && header.length > 0; i++) draw.pick(CHANGES)(header, draw);
  // By hand: an object has each name once.
  const entries = header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const json = Buffer.from(`{${entries.join(",")}}`);
  if (draw.oneIn(8)) json[draw.below(json.length)] = draw.below(256);
  const length = Buffer.alloc(8);
  const told = draw.oneIn(15)
    ? draw.pick([0n, 1n, 2n ** 31n, 2n ** 60n, 2n ** 64n - 1n])
    : BigInt(json.length);
  length.writeBigUInt64LE(told);
  const body = Buffer.alloc(draw.oneIn(10) ? draw.below(2 * BODY) : BODY, 1);
  const file = Buffer.concat([length, json, body]);
  return draw.oneIn(20) ? file.subarray(0, draw.below(file.length)) : file;
}
