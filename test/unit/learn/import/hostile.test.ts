/** Checkpoints that somebody made to hurt: each is refused in one sentence, at once, and what only looks like one is read. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { ThawError } from "../../../../spec/errors.js";
import {
  dictOf,
  get,
  global,
  laughs,
  number,
  type Operation,
  op,
  pickle,
  put,
  raw,
  stateDict,
  type Tensor,
  text,
} from "../../../fuzz/checkpoints/pickles.js";
import { type Member, zipOf } from "../../../fuzz/checkpoints/zips.js";
import { type Drawing, drawingOf } from "../../../fuzz/drawing.js";
import { temporaryFolder } from "../support.js";
import { allTensors } from "../torchSupport.js";

const draw: Drawing = drawingOf(1, "unused", 0);
const NUMBERS = 1000;
const STORAGE = Buffer.from(Float32Array.from({ length: NUMBERS }, (_, i) => i).buffer);

function zip(operations: readonly Operation[], others: readonly Member[] = []): Buffer {
  const data = Buffer.concat(pickle(operations));
  return zipOf([{ name: "a/data.pkl", data }, { name: "a/data/0", data: STORAGE }, ...others], draw, 0);
}

async function fileOf(context: TestContext, bytes: Buffer): Promise<string> {
  const path = join(await temporaryFolder(context), "checkpoint");
  await writeFile(path, bytes);
  return path;
}

async function read(context: TestContext, bytes: Buffer): Promise<Map<string, CheckpointTensor>> {
  return allTensors(await readStateDicts(await fileOf(context, bytes)));
}

const refusedAs =
  (says: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ThawError, String((error as Error).stack ?? error));
    assert.deepEqual([error.code, error.exitCode], ["DATA_INVALID", 2]);
    assert.match(error.message, says);
    assert.doesNotMatch(error.message, /\p{Cc}/u);
    return true;
  };

const view = (name: string, values: Partial<Tensor> = {}): Tensor => ({
  ...{ name, storage: "0", kind: "FloatStorage", length: NUMBERS, shape: [NUMBERS], stride: [1] },
  ...values,
});
const many = (count: number, operation: Operation): Operation[] =>
  new Array<Operation>(count).fill(operation);

const HOSTILE: readonly (readonly [what: string, operations: readonly Operation[], says: RegExp])[] = [
  ["2^40 names in a global", [...laughs(40), text("n"), raw(0x93)], /the name of a global is no text/],
  [
    "2^40 names in a key",
    dictOf({})
      .slice(0, 2)
      .concat(laughs(40), [op("none"), op("items")]),
    /a key of a dict is neither/,
  ],
  [
    "2^40 names in a storage's key",
    [
      op("mark"),
      text("storage"),
      global("torch", "FloatStorage"),
      ...laughs(40),
      op("tuple"),
      op("persistent"),
    ],
    /a storage of it has no key/,
  ],
  [
    "a command",
    [global("os", "system"), op("mark"), text("id"), op("tuple"), op("call")],
    /refers to os\.system/,
  ],
  [
    "a global that writes on the terminal",
    [global("e\u001b]0;title\u0007", "\u001b[31m"), ...[op("mark"), text("x"), op("tuple"), op("call")]],
    /refers to e�\]0;title�\.�\[31m/,
  ],
  ["a tensor named __proto__", stateDict([view("__proto__")], false), /__proto__ cannot be the name/],
  ["a tensor named with ESC", stateDict([view("a\u001b[2J")], false), /the name a�\[2J in it has control/],
  [
    "a tensor with a name without end",
    stateDict([view("x".repeat(5000))], false),
    /a name in it has 5000 characters/,
  ],
  [
    "a dict with a name without end",
    dictOf({ ["x".repeat(5000)]: stateDict([view("a")], false) }),
    /a name in it has 5000 characters/,
  ],
  [
    "two tensors of one name",
    [op("dict"), op("mark"), ...stateDictItems("1"), number(1), ...stateDictItems("1").slice(1), op("items")],
    /two tensors in it are called 1/,
  ],
  [
    "many views of the same numbers",
    stateDict(
      Array.from({ length: 100 }, (_, i) => view(`t${i}`, { shape: [NUMBERS - i] })),
      false,
    ),
    /lie over each other/,
  ],
  [
    "a shape beyond everything",
    stateDict([view("a", { shape: [2 ** 31 - 1, 2 ** 31 - 1], stride: [0, 0] })], false),
    /a is larger/,
  ],
  [
    "more strides than extents",
    stateDict([view("a", { shape: [4], stride: [1, 1] })], false),
    /a tensor of it is damaged/,
  ],
  [
    "fewer strides than extents",
    stateDict([view("a", { shape: [4, 4], stride: [1] })], false),
    /a tensor of it is damaged/,
  ],
  [
    "more axes than a tensor can have",
    stateDict([view("a", { shape: many1(65), stride: many1(65) })], false),
    /a tensor of it is damaged/,
  ],
  [
    "a storage of two types",
    stateDict([view("a"), view("b", { kind: "HalfStorage" })], false),
    /storage 0 has numbers of two types/,
  ],
  ["a million dicts", many(1_000_000, op("dict")), /asks for more than 77 MiB of memory/],
  ["three million lists", many(3_000_000, op("list")), /asks for more than 128 MiB of memory/],
  ["nine million marks", many(9_000_000, op("mark")), /asks for more than 128 MiB of memory/],
  ["a memo without end", [op("none"), ...many(3_000_000, raw(0x94))], /asks for more than 128 MiB of memory/],
  ["what was never kept", [get(7)], /refers to something that it has not made/],
];

function stateDictItems(name: string): Operation[] {
  return stateDict([view(name)], false).slice(4, -1);
}

function many1(count: number): number[] {
  return new Array<number>(count).fill(1);
}

for (const [what, operations, says] of HOSTILE) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(read(context, zip(operations)), refusedAs(says));
  });
}

test("a list within a list, ten thousand deep, is no state dict", async (context) => {
  const deep = [...many(10_000, op("list")), ...many(9_999, raw(0x61))];
  await assert.rejects(read(context, zip(deep)), refusedAs(/holds no state dict/));
});

test("half a million items are appended without falling over the stack", async (context) => {
  const items = [op("list"), op("mark"), ...many(500_000, op("none")), op("appends")];
  const state = dictOf({ figures: items, state_dict: stateDict([view("a")], false) });
  assert.deepEqual([...(await read(context, zip(state))).keys()], ["a"]);
});

test("tied weights are the same numbers, however many names they have", async (context) => {
  const tensors = await read(
    context,
    zip(
      stateDict(
        Array.from({ length: 100 }, (_, i) => view(`t${i}`)),
        false,
      ),
    ),
  );
  assert.equal(tensors.size, 100);
  assert.equal(tensors.get("t99")?.data[999], 999);
  assert.equal(tensors.get("t0")?.data, tensors.get("t99")?.data);
});

test("a weight and its transpose are read", async (context) => {
  const both = [
    view("a", { shape: [2, 500], stride: [500, 1] }),
    view("b", { shape: [500, 2], stride: [1, 500] }),
  ];
  const tensors = await read(context, zip(stateDict(both, false)));
  assert.deepEqual([...(tensors.get("b")?.data.subarray(0, 4) ?? [])], [0, 500, 1, 501]);
});

test("a dict that holds itself is read", async (context) => {
  const own = [op("dict"), put(0), op("mark"), text("self"), get(0), ...stateDictItems("a"), op("items")];
  assert.deepEqual([...(await read(context, zip(own))).keys()], ["a"]);
});

test("a number and nothing may be keys beside the weights", async (context) => {
  const other = [op("dict"), op("mark"), number(3), op("none"), op("none"), op("none"), op("items")];
  const state = dictOf({ milestones: other, state_dict: stateDict([view("a")], false) });
  assert.equal((await read(context, zip(state))).size, 1);
});

const SOUND = stateDict([view("a")], false);

test("a file that is twice in the archive is refused where it counts", async (context) => {
  const twice = zip(SOUND, [{ name: "b/data/0", data: STORAGE }]);
  await assert.rejects(read(context, twice), refusedAs(/data\/0 is in it twice/));
  const other = { name: "a/version", data: Buffer.from("3") };
  assert.equal((await read(context, zip(SOUND, [other, other]))).size, 1);
});

test("an archive of more files than a network has is refused", async (context) => {
  const files = Array.from({ length: 20_001 }, (_, i) => ({ name: `a/x${i}`, data: Buffer.alloc(0) }));
  await assert.rejects(read(context, zip(SOUND, files)), refusedAs(/it lists 20003 files/));
});

/** Where the central directory says something of the pickle, which is the first in it. */
function listed(bytes: Buffer, offset: number, value: number): Buffer {
  bytes.writeUInt16LE(value, bytes.indexOf("PK\x01\x02") + offset);
  return bytes;
}

test("encrypted and compressed archives are refused", async (context) => {
  await assert.rejects(read(context, listed(zip(SOUND), 8, 1)), refusedAs(/data\.pkl in it is encrypted/));
  await assert.rejects(read(context, listed(zip(SOUND), 10, 8)), refusedAs(/data\.pkl in it is compressed/));
});

test("what is no file is not waited for", async (context) => {
  const folder = await temporaryFolder(context);
  await mkdir(join(folder, "folder"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  for (const path of [join(folder, "folder"), join(folder, "pipe"), "/dev/zero"])
    await assert.rejects(readStateDicts(path), refusedAs(/is no regular file/));
});
