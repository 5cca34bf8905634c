/** Weights files: read and written by Python's safetensors too, and damaged ones refused. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Parameter } from "../../../learn/network/parameters.js";
import { readSafetensors, writeSafetensors } from "../../../learn/safetensors.js";
import { ThawError } from "../../../spec/errors.js";
import { FIXTURES, fixture, temporaryFolder } from "./support.js";

type Listed = Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;

const { python, thaw } = fixture<{ python: Listed; thaw: Listed }>("files/files.json");

/** What `thaw.safetensors` holds; Python's library has read it (see test/fixtures/generators/files/files.py). */
const OURS = new Map<string, Parameter>([
  ["top.0.conv.kernel", { shape: [1, 1, 2, 3], data: Float32Array.from([1, -2, 0.5, 3e-8, 1e9, -0]) }],
  ["head.bias", { shape: [3], data: Float32Array.from([0.1, 0.2, 0.3]) }],
  ["empty", { shape: [0, 2], data: new Float32Array() }],
]);

function listed(parameters: ReadonlyMap<string, Parameter>): Record<string, unknown> {
  const entries = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, { shape, data }]) => [name, { shape: [...shape], values: [...data] }]),
  );
}

function asFloat32(file: Listed): Record<string, unknown> {
  return listed(
    new Map(
      Object.entries(file).map(([name, { shape, values }]) => [
        name,
        { shape, data: Float32Array.from(values) },
      ]),
    ),
  );
}

test("a file by Python's library is read", async () => {
  const parameters = await readSafetensors(join(FIXTURES, "files/python.safetensors"));
  assert.deepEqual(listed(parameters), asFloat32(python));
});

test("Python's library has read the file that we write", async (context) => {
  const path = join(await temporaryFolder(context), "weights.safetensors");
  await writeSafetensors(path, OURS);
  assert.deepEqual(await readFile(path), await readFile(join(FIXTURES, "files/thaw.safetensors")));
  assert.deepEqual(asFloat32(thaw), listed(OURS));
  assert.deepEqual(listed(await readSafetensors(path)), listed(OURS));
});

test("the order in which parameters come does not change the file", async (context) => {
  const folder = await temporaryFolder(context);
  await writeSafetensors(join(folder, "a"), OURS);
  await writeSafetensors(join(folder, "b"), new Map([...OURS].reverse()));
  assert.deepEqual(await readFile(join(folder, "a")), await readFile(join(folder, "b")));
});

test("a view into a larger array is written alone", async (context) => {
  const path = join(await temporaryFolder(context), "view");
  const data = Float32Array.from([1, 2, 3, 4]).subarray(1, 3);
  await writeSafetensors(path, new Map([["x", { shape: [2], data }]]));
  assert.deepEqual([...((await readSafetensors(path)).get("x")?.data ?? [])], [2, 3]);
});

function withHeader(header: string, body = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), body]);
}

const entry = (values: object): string =>
  JSON.stringify({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...values } });

const DAMAGED: readonly (readonly [string, Buffer])[] = [
  ["nothing", Buffer.alloc(0)],
  ["text", Buffer.from("not a safetensors file at all")],
  [
    "a header that is longer than the file",
    Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 255, 255])]),
  ],
  ["a header that is no JSON", withHeader("{nope")],
  ["a header that is a list", withHeader("[1]")],
  ["another type", withHeader(entry({ dtype: "BOOL" }), Buffer.alloc(8))],
  ["half precision with a range for float32", withHeader(entry({ dtype: "F16" }), Buffer.alloc(8))],
  ["data that end too early", withHeader(entry({}), Buffer.alloc(7))],
  ["a range that does not fit the shape", withHeader(entry({ shape: [3] }), Buffer.alloc(12))],
  ["a range that runs backwards", withHeader(entry({ data_offsets: [8, 0] }), Buffer.alloc(8))],
  ["a negative offset", withHeader(entry({ data_offsets: [-8, 0] }), Buffer.alloc(8))],
];

const two = (first: readonly number[], second: readonly number[], names = ["x", "y"]): string => {
  const entryAt = (range: readonly number[]): string =>
    JSON.stringify({ dtype: "F32", shape: [(Number(range[1]) - Number(range[0])) / 4], data_offsets: range });
  return `{"${names[0]}":${entryAt(first)},"${names[1]}":${entryAt(second)}}`;
};

const HOSTILE: readonly (readonly [string, Buffer, RegExp])[] = [
  [
    "ranges that lie over each other",
    withHeader(two([0, 8], [4, 12]), Buffer.alloc(12)),
    /y does not begin where/,
  ],
  ["one range twice", withHeader(two([0, 8], [0, 8]), Buffer.alloc(8)), /does not begin where/],
  ["a hole between ranges", withHeader(two([0, 8], [12, 16]), Buffer.alloc(16)), /y does not begin where/],
  ["bytes after the last range", withHeader(two([0, 8], [8, 12]), Buffer.alloc(16)), /belong to no tensor/],
  [
    "a name that is there twice",
    withHeader(two([0, 8], [8, 12], ["x", "x"]), Buffer.alloc(12)),
    /does not begin/,
  ],
  [
    "__proto__",
    withHeader(two([0, 8], [8, 12], ["x", "__proto__"]), Buffer.alloc(12)),
    /__proto__ cannot be/,
  ],
  [
    "constructor",
    withHeader(two([0, 8], [8, 12], ["constructor", "x"]), Buffer.alloc(12)),
    /constructor cannot be/,
  ],
  [
    "a name with ESC",
    withHeader(two([0, 8], [8, 12], ["x", "\\u001b[2J"]), Buffer.alloc(12)),
    /control characters/,
  ],
  ["a header that is nothing", withHeader("null"), /its header is no object/],
  [
    "lists without end",
    withHeader(`{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    /something else than/,
  ],
  ["a header of 9 MiB", withHeader(`{"x":"${"y".repeat(9 * 2 ** 20)}"}`), /more than 8 MiB/],
  [
    "extents that have no product",
    withHeader(entry({ shape: [2 ** 53 - 1, 2 ** 53 - 1, 0.5] })),
    /something else/,
  ],
];

for (const [what, bytes, says] of HOSTILE) {
  test(`refused: ${what}`, async (context) => {
    const path = join(await temporaryFolder(context), "hostile");
    await writeFile(path, bytes);
    await assert.rejects(readSafetensors(path), (error) => {
      assert.match(String(error), says);
      return isInvalid(path)(error);
    });
  });
}

test("any name comes back from what is written, as far as it is one", async (context) => {
  const path = join(await temporaryFolder(context), "named");
  const x = { shape: [1], data: Float32Array.of(1) };
  const names = ["toString", "hasOwnProperty", "0", "10", "2"];
  await writeSafetensors(path, new Map(names.map((name) => [name, x])));
  assert.deepEqual([...(await readSafetensors(path)).keys()].sort(), [...names].sort());
});

for (const [what, bytes] of DAMAGED) {
  test(`refused: ${what}`, async (context) => {
    const path = join(await temporaryFolder(context), "damaged");
    await writeFile(path, bytes);
    await assert.rejects(readSafetensors(path), isInvalid(path));
  });
}

test("refused: our own file, cut anywhere", async (context) => {
  const path = join(await temporaryFolder(context), "cut");
  const whole = await readFile(join(FIXTURES, "files/thaw.safetensors"));
  for (let length = 0; length < whole.length; length += 5) {
    await writeFile(path, whole.subarray(0, length));
    await assert.rejects(readSafetensors(path), isInvalid(path));
  }
});

function isInvalid(path: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ThawError, String(error));
    assert.equal(error.code, "DATA_INVALID");
    assert.ok(error.message.includes(path), "the message names the file");
    return true;
  };
}
