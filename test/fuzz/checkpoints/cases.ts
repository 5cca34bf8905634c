/** The file of a case: a checkpoint as a framework writes it, changed behind its archive, or an archive that lies. */

import { type Drawing, drawingOf } from "../drawing.js";
import { changedPickle } from "./changedPickle.js";
import { changedHdf5, type Group, hdf5Of } from "./hdf5.js";
import { changedOnnx, changedWithData } from "./onnx.js";
import type { Field } from "./onnxFields.js";
import {
  dictOf,
  listOf,
  moduleOf,
  number,
  type Operation,
  pickle,
  raw,
  stateDict,
  type Tensor,
  text,
} from "./pickles.js";
import { changedSafetensors } from "./safetensors.js";
import { type Member, zipOf } from "./zips.js";

export interface Case {
  /** The format, for counts. */
  readonly kind:
    | "zip"
    | "zip's directory"
    | "legacy"
    | "module"
    | "safetensors"
    | "hdf5"
    | "keras"
    | "onnx"
    | "onnx graph"
    | "onnx data"
    | "other onnx";
  readonly bytes: Buffer;
  /** What lies beside it, where it has its numbers elsewhere. */
  readonly data?: Buffer;
}

const KINDS: Readonly<Record<string, number>> = {
  FloatStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  DoubleStorage: 8,
  LongStorage: 8,
};

const TENSORS: readonly Tensor[] = [
  {
    name: "conv.weight",
    storage: "0",
    kind: "FloatStorage",
    length: 24,
    shape: [2, 3, 2, 2],
    stride: [12, 4, 2, 1],
  },
  { name: "bn.weight", storage: "1", kind: "HalfStorage", length: 4, shape: [4], stride: [1] },
  { name: "bn.bias", storage: "2", kind: "BFloat16Storage", length: 4, offset: 2, shape: [2], stride: [1] },
  { name: "bn.running_var", storage: "3", kind: "DoubleStorage", length: 3, shape: [3], stride: [1] },
  { name: "count", storage: "4", kind: "LongStorage", length: 1, shape: [], stride: [] },
  // Tied, transposed and repeated.
  {
    name: "tied.weight",
    storage: "0",
    kind: "FloatStorage",
    length: 24,
    shape: [2, 3, 2, 2],
    stride: [12, 4, 2, 1],
  },
  { name: "fc.weight", storage: "0", kind: "FloatStorage", length: 24, shape: [4, 6], stride: [1, 4] },
  { name: "wide.weight", storage: "1", kind: "HalfStorage", length: 4, shape: [4], stride: [0] },
];

/** Bytes of each storage, by key. */
const STORAGES: ReadonlyMap<string, Buffer> = new Map(
  TENSORS.map(({ storage, kind, length }) => [storage, Buffer.alloc(length * (KINDS[kind] ?? 0), 0x3c)]),
);

function stateOf(draw: Drawing, isLegacy: boolean, tensors: readonly Tensor[]): Operation[] {
  const state = stateDict(tensors, isLegacy);
  if (draw.oneIn(2)) return state;
  const optimizer = dictOf({ state: dictOf({ "0": stateDict(TENSORS.slice(0, 2), isLegacy) }) });
  return dictOf({ epoch: [number(3)], arch: [text("resnet18")], state_dict: state, optimizer });
}

function zipMembers(data: Buffer, draw: Drawing): Member[] {
  const storages = [...STORAGES].map(([key, bytes]) => ({ name: `a/data/${key}`, data: bytes }));
  const members = [
    { name: "a/data.pkl", data },
    { name: "a/byteorder", data: Buffer.from(draw.oneIn(40) ? "big" : "little") },
    ...storages,
  ];
  return members;
}

/** Changes of which files there are, and of how long they are. */
function changedMembers(members: Member[], draw: Drawing): Member[] {
  const at = draw.below(members.length);
  const one = members[at] as Member;
  switch (draw.below(6)) {
    case 0:
      return members.toSpliced(at, 1);
    case 1:
      return [...members, one];
    case 2:
      return members.with(at, { ...one, data: one.data.subarray(0, draw.below(one.data.length)) });
    case 3:
      return members.with(at, { ...one, data: Buffer.concat([one.data, one.data]) });
    case 4:
      return [
        ...members,
        ...Array.from({ length: draw.below(200) }, (_, i) => ({ name: `a/x${i}`, data: Buffer.alloc(0) })),
      ];
    default:
      return members;
  }
}

/** The number that every legacy checkpoint begins with. */
const MAGIC = Buffer.from("8a0a6cfc9c46f9206aa85019", "hex");

/** @param change what becomes of its pickles, the fourth being the state */
function legacy(
  state: readonly Operation[],
  change: (pickle: readonly Operation[], at: number) => Buffer,
  lengthOf: (length: number) => bigint,
): Buffer {
  const parts = [
    pickle([raw(MAGIC[0] ?? 0, MAGIC.subarray(1))]),
    pickle([number(1001)]),
    pickle(dictOf({ little_endian: [raw(0x88)] })),
    pickle(state),
    pickle(listOf([...STORAGES.keys()])),
  ];
  const bodies = [...STORAGES].map(([key, bytes]) => {
    const told = Buffer.alloc(8);
    told.writeBigInt64LE(lengthOf(TENSORS.find(({ storage }) => storage === key)?.length ?? 0));
    return Buffer.concat([told, bytes]);
  });
  return Buffer.concat([...parts.map(change), ...bodies]);
}

const ODD_LENGTHS = [0n, 1n, -1n, 2n ** 31n, 2n ** 53n, 2n ** 63n - 1n];

function changedLegacy(draw: Drawing): Buffer {
  // The state is what most is in; the others are as near to the reader.
  const which = draw.oneIn(4) ? draw.below(5) : STATE;
  return legacy(
    stateOf(draw, true, TENSORS),
    (part, at) => (at === which ? changedPickle(part, draw) : Buffer.concat(part)),
    (length) => (draw.oneIn(60) ? draw.pick(ODD_LENGTHS) : BigInt(length)),
  );
}
/** Of the five pickles. */
const STATE = 3;

/** A network that was saved whole, in a dict or alone. */
function wholeModule(draw: Drawing): Operation[] {
  const child = moduleOf(TENSORS.slice(0, 1 + draw.below(4)), {});
  const network = moduleOf(TENSORS.slice(4, 6), { stem: child, module: moduleOf([], { deep: child }) });
  return draw.oneIn(2) ? network : dictOf({ epoch: [number(3)], model: network });
}

const VECTOR = { shape: [2], data: Buffer.alloc(8, 0x3c) };
const CHANNELS = { shape: [3], data: Buffer.alloc(12, 0x3c) };
const COMPRESSED = { shape: [3, 2, 3, 2], data: Buffer.alloc(144, 0x3c), rows: 2 };
const KERNEL = { shape: [2, 2, 3, 2], data: Buffer.alloc(96, 0x3c) };

/** Weights as Keras 2 and Keras 3 lay them out. */
const KERAS: readonly Group[] = [
  {
    members: {
      model_weights: {
        members: {
          first: { members: { first: { members: { "kernel:0": KERNEL, "bias:0": VECTOR } } } },
          scaled: { members: { scaled: { members: { "mean:0": CHANNELS, "variance:0": CHANNELS } } } },
          rescaling: { members: {} },
          packed: { members: { packed: { members: { "kernel:0": COMPRESSED, "bias:0": VECTOR } } } },
          norm: {
            members: {
              norm: { members: { "gamma:0": VECTOR, "beta:0": VECTOR, "moving_mean:0": VECTOR } },
            },
          },
        },
      },
      optimizer_weights: { members: {} },
    },
  },
  {
    members: {
      layers: {
        members: {
          normalization: { members: { vars: { members: { "0": CHANNELS, "1": CHANNELS } } } },
          rescaling_1: { members: { vars: { name: "rescaling_1", members: {} } } },
          conv2d: { members: { vars: { name: "first", members: { "0": KERNEL, "1": VECTOR } } } },
          ...Object.fromEntries(
            Array.from({ length: 12 }, (_, i) => [
              `add_${i}`,
              { members: { vars: { name: `add${i}`, members: {} } } },
            ]),
          ),
          norm: {
            members: { vars: { members: { "0": VECTOR, "1": VECTOR, "2": VECTOR, "3": VECTOR } } },
          },
        },
      },
    },
  },
];

const WRITTEN = KERAS.map(hdf5Of);

function kerasMembers(weights: Buffer): Member[] {
  return [
    { name: "metadata.json", data: Buffer.from("{}") },
    { name: "config.json", data: Buffer.from("{}") },
    { name: "model.weights.h5", data: weights },
  ];
}

/** The last of the kinds that a case is drawn from. */
const GRAPH = 15;
const DATA = 16;

/** In which shares the formats are: drawn as people bring them, one after the other, or ONNX graphs alone, with their weights in them or elsewhere. */
export type Shares = "drawn" | "equal" | "graphs" | "data";

/** Of every format one of the draws that make it. */
const FORMATS = [0, 2, 5, 8, 10, 12, 14, GRAPH, DATA];

/**
 * @param shares or the fields of an ONNX file, of which all cases are changes
 * @returns the same file for the same arguments, always
 */
export function caseOf(seed: number, index: number, shares: Shares | readonly Field[] = "drawn"): Case {
  const draw = drawingOf(seed, "checkpoint", index);
  if (typeof shares !== "string") return { kind: "other onnx", bytes: changedOnnx(draw, shares) };
  const drawn = shares === "graphs" ? GRAPH : shares === "data" ? DATA : draw.below(DATA + 1);
  const chance = shares === "equal" ? (FORMATS[index % FORMATS.length] ?? drawn) : drawn;
  if (chance === DATA) return { kind: "onnx data", ...changedWithData(draw) };
  if (chance === GRAPH) return { kind: "onnx graph", bytes: changedOnnx(draw, "graph") };
  if (chance === 14) return { kind: "onnx", bytes: changedOnnx(draw) };
  if (chance >= 12) {
    const parts = pickle(wholeModule(draw));
    return { kind: "module", bytes: zipOf(zipMembers(changedPickle(parts, draw), draw), draw, 0) };
  }
  if (chance >= 10) {
    const weights = changedHdf5(draw.pick(WRITTEN), draw);
    if (draw.oneIn(4)) {
      const members = kerasMembers(weights);
      return { kind: "keras", bytes: zipOf(members, draw, draw.below(2)) };
    }
    return { kind: "hdf5", bytes: weights };
  }
  if (chance < 2) return { kind: "safetensors", bytes: changedSafetensors(draw) };
  if (chance < 5) return { kind: "legacy", bytes: changedLegacy(draw) };
  const state = pickle(stateOf(draw, false, TENSORS.slice(0, 1 + draw.below(TENSORS.length))));
  if (chance < 8) {
    return { kind: "zip", bytes: zipOf(zipMembers(changedPickle(state, draw), draw), draw, 0) };
  }
  const members = changedMembers(zipMembers(Buffer.concat(state), draw), draw);
  return { kind: "zip's directory", bytes: zipOf(members, draw, 1 + draw.below(3)) };
}

/** The checkpoints that cases are changes of, unchanged: all of them are to be read. ONNX files are read otherwise. */
export function soundFiles(): readonly Buffer[] {
  const draw: Drawing = { below: () => 0, oneIn: () => false, pick: ([first]) => first as never };
  const zipped = Buffer.concat(pickle(stateOf(draw, false, TENSORS)));
  return [
    zipOf(zipMembers(zipped, draw), draw, 0),
    legacy(stateOf(draw, true, TENSORS), (part) => Buffer.concat(part), BigInt),
    changedSafetensors(draw, 0),
    zipOf(zipMembers(Buffer.concat(pickle(wholeModule(draw))), draw), draw, 0),
    ...WRITTEN.map(({ file }) => file),
    zipOf(kerasMembers(WRITTEN[1]?.file ?? Buffer.alloc(0)), draw, 0),
  ];
}
