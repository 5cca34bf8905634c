/** Changes of a pickle that leave it a pickle for the most part: they reach what a damaged byte never does. */
import type { Drawing } from "../drawing.js";
import { get, global, laughs, number, type Operation, op, put, raw, text } from "./pickles.js";

const NUMBERS = [0, 1, 2, 3, 7, 64, 65, 255, 256, 65_535, 1_000_000, 2 ** 31 - 1, -1, -2, -(2 ** 31)];
const TEXTS = [
  ...["", "0", "1", "2", "storage", "cpu", "__proto__", "constructor", "prototype", "state_dict", "weight"],
  ...["\u001b[31mred", "a\nb", "\u202eleft", "\ud800", "é".repeat(300), "x".repeat(70_000)],
];
const GLOBALS: readonly (readonly [string, string])[] = [
  ["os", "system"],
  ["builtins", "eval"],
  ["torch._utils", "_rebuild_tensor_v2"],
  ["torch._utils", "_rebuild_parameter"],
  ["collections", "OrderedDict"],
  ["argparse", "Namespace"],
  ["some.where", "Network"],
  ["__torch__.some", "Network"],
  ["torch", "FloatStorage"],
  ["torch", "HalfStorage"],
  ["torch", "DoubleStorage"],
  ["torch", "ByteStorage"],
  ["torch", "__proto__"],
  ["ev\u001b]0;title\u0007", "il"],
];
/** Every opcode that is read, and some that are not. */
const CODES = Buffer.from(
  "(.0NKMJGXUTC}])tqhrjsuaecRQbo12\x8f\x90\x91\x92\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95",
  "latin1",
);
/** What costs most for its one byte. */
const REPEATED = Buffer.from("}](N)\x85\x94\x88", "latin1");

function anyOperation(draw: Drawing): Operation {
  switch (draw.below(8)) {
    case 0:
      return number(draw.pick(NUMBERS));
    case 1:
      return text(draw.pick(TEXTS));
    case 2:
      return global(...draw.pick(GLOBALS));
    case 3:
      return get(draw.below(8));
    case 4:
      return put(draw.below(8));
    case 5: {
      const bytes = Buffer.from(Array.from({ length: draw.below(12) }, () => draw.below(256)));
      return raw(draw.pick([...CODES]), bytes);
    }
    default:
      return raw(draw.pick([...CODES]));
  }
}

type Change = (operations: Operation[], draw: Drawing) => void;

const place = (operations: readonly Operation[], draw: Drawing): number => draw.below(operations.length);
const isOf = (code: number) => (operation: Operation) => operation[0] === code;

/** Replaces one of the operations that satisfy `wanted`. */
function replaceOne(
  operations: Operation[],
  draw: Drawing,
  wanted: (operation: Operation) => boolean,
  by: (operation: Operation) => readonly Operation[],
): void {
  const places = operations.flatMap((operation, at) => (wanted(operation) ? [at] : []));
  if (places.length === 0) return;
  const at = draw.pick(places);
  operations.splice(at, 1, ...by(operations[at] as Operation));
}

const CHANGES: readonly Change[] = [
  (all, draw) => void all.splice(place(all, draw), 1, anyOperation(draw)),
  (all, draw) => void all.splice(place(all, draw), 0, anyOperation(draw)),
  (all, draw) => void all.splice(place(all, draw), 1 + draw.below(4)),
  (all, draw) => {
    const from = place(all, draw);
    all.splice(place(all, draw), 0, ...all.slice(from, from + 1 + draw.below(30)));
  },
  (all, draw) => {
    const [a, b] = [place(all, draw), place(all, draw)];
    const kept = all[a] as Operation;
    all[a] = all[b] as Operation;
    all[b] = kept;
  },
  (all, draw) => replaceOne(all, draw, isOf(0x4a), () => [number(draw.pick(NUMBERS))]),
  (all, draw) =>
    replaceOne(all, draw, isOf(0x4a), (old) => [
      number(Math.min(2 ** 31 - 1, old.readInt32LE(1) + draw.below(3))),
    ]),
  (all, draw) => replaceOne(all, draw, isOf(0x58), () => [text(draw.pick(TEXTS))]),
  (all, draw) => replaceOne(all, draw, isOf(0x63), () => [global(...draw.pick(GLOBALS))]),
  // In the place of a name, a number or a global: all that may become a text.
  (all, draw) =>
    replaceOne(
      all,
      draw,
      (old) => [0x58, 0x4a, 0x63].includes(old[0] ?? 0),
      () => laughs(5 + draw.below(36)),
    ),
  (all, draw) =>
    replaceOne(all, draw, isOf(0x63), () => [...laughs(20 + draw.below(10)), text("n"), raw(0x93)]),
  (all, draw) => {
    const many = Buffer.alloc(1 + draw.below(20_000), draw.pick([...REPEATED]));
    all.splice(place(all, draw), 0, many);
  },
  // A value that is kept and used again: tied weights, views of views, a dict in itself.
  (all, draw) => {
    all.splice(place(all, draw), 0, put(draw.below(4)));
    all.splice(place(all, draw), draw.below(3), get(draw.below(4)));
  },
  (all, draw) => replaceOne(all, draw, isOf(0x74), (old) => [op("none"), old]),
];

/** One to six changes of the operations, mostly few, and now and then some bytes of what they are written as. */
export function changedPickle(operations: readonly Operation[], draw: Drawing): Buffer {
  const changed = [...operations];
  const times = 1 + draw.below(1 + draw.below(6));
  for (let i = 0; i < times && changed.length > 0; i++) draw.pick(CHANGES)(changed, draw);
  const bytes = Buffer.concat(changed);
  if (draw.oneIn(6) && bytes.length > 0) {
    for (let i = 0; i < 3; i++) bytes[draw.below(bytes.length)] = draw.below(256);
  }
  return draw.oneIn(30) ? bytes.subarray(0, draw.below(bytes.length)) : bytes;
}
