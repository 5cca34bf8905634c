/** Networks that were saved whole: their tensors are read, their classes stay names, and nothing of them is run. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import type { StateDict } from "../../../../learn/import/torchState.js";
import { ThawError } from "../../../../spec/errors.js";
import {
  dictOf,
  get,
  global,
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
import { zipOf } from "../../../fuzz/checkpoints/zips.js";
import { drawingOf } from "../../../fuzz/drawing.js";
import { fixture, temporaryFolder } from "../support.js";

type Values = Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;

const { tensors, read, script, refused } = fixture<{
  tensors: Values;
  read: { what: string; wrapper?: string; prefix?: string; file: string }[];
  script: { tensors: Values; file: string };
  refused: { what: string; says: string; file: string }[];
}>("files/modules.json");

async function dictsOf(context: TestContext, bytes: Buffer): Promise<readonly StateDict[]> {
  const path = join(await temporaryFolder(context), "network.pt");
  await writeFile(path, bytes);
  return readStateDicts(path);
}

function assertHolds(dict: StateDict, expected: Values, prefix = ""): void {
  const found = dict.read(dict.shapes.keys());
  for (const [name, { shape, values }] of Object.entries(expected)) {
    assert.deepEqual(found.get(prefix + name)?.shape, shape, name);
    assert.deepEqual([...(found.get(prefix + name)?.data ?? [])], [...Float32Array.from(values)], name);
  }
}

for (const { what, file, wrapper = "", prefix = "" } of read) {
  test(`${what} is read`, async (context) => {
    const dicts = await dictsOf(context, Buffer.from(file, "base64"));
    assert.deepEqual(
      dicts.map((dict) => dict.wrapper),
      [wrapper],
    );
    const [dict] = dicts;
    assert.ok(dict);
    assertHolds(dict, tensors, prefix);
    // A buffer that no state dict has is in the object all the same.
    const names = [...Object.keys(tensors), "passing"].map((name) => prefix + name);
    assert.deepEqual([...dict.shapes.keys()].sort(), names.sort());
  });
}

test("a module by TorchScript is read", async (context) => {
  const [dict, ...others] = await dictsOf(context, Buffer.from(script.file, "base64"));
  assert.ok(dict !== undefined && others.length === 0);
  assertHolds(dict, script.tensors);
});

for (const { what, says, file } of refused) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(
      dictsOf(context, Buffer.from(file, "base64")),
      (error) => error instanceof ThawError && error.message.includes(says),
    );
    assert.ok(!existsSync("/tmp/thaw-was-here"));
  });
}

const LENGTH = 4;
const weight: Tensor = {
  ...{ name: "weight", storage: "0", kind: "FloatStorage", length: LENGTH, shape: [LENGTH], stride: [1] },
};

/** An object of a class that has these attributes. */
function object(attributes: Readonly<Record<string, readonly Operation[]>>): Operation[] {
  return [global("some.where", "Thing"), ...[op("empty"), raw(0x81), ...dictOf(attributes), raw(0x62)]];
}

const module = (children: Readonly<Record<string, readonly Operation[]>>): Operation[] =>
  object({ _parameters: stateDict([weight], false), _buffers: dictOf({}), _modules: dictOf(children) });

function fileOf(operations: readonly Operation[]): Buffer {
  const data = Buffer.concat(pickle(operations));
  const storage = { name: "a/data/0", data: Buffer.alloc(4 * LENGTH, 1) };
  return zipOf([{ name: "a/data.pkl", data }, storage], drawingOf(1, "unused", 0), 0);
}

test("a module that holds itself is read once", async (context) => {
  const own = [
    global("some.where", "Thing"),
    ...[op("empty"), raw(0x81), put(0)],
    ...dictOf({
      _parameters: stateDict([weight], false),
      _modules: dictOf({ self: [get(0)], child: module({}) }),
    }),
    raw(0x62),
  ];
  const [dict] = await dictsOf(context, fileOf(own));
  assert.deepEqual([...(dict?.shapes.keys() ?? [])], ["weight", "child.weight"]);
});

/** A module that holds a module twice, and so on: 2^depth names out of a few bytes a level. */
test("modules that double from level to level are refused at once", async (context) => {
  const begun: Operation[] = [...module({}), put(0), raw(0x30)];
  for (let level = 0; level < 50; level++) {
    begun.push(...module({ a: [get(level)], b: [get(level)] }), put(level + 1), raw(0x30));
  }
  await assert.rejects(
    dictsOf(context, fileOf([...begun, get(50)])),
    (error) => error instanceof ThawError && /asks for more than \d+ MiB of memory/.test(error.message),
  );
});

test("an object that is a dict of its own, with a state and items, is data", async (context) => {
  const state = [
    ...object({ b: [number(1)] }),
    ...[op("mark"), text("model"), ...stateDict([weight], false), op("items")],
  ];
  const [dict] = await dictsOf(context, fileOf(state));
  assert.deepEqual([dict?.wrapper, [...(dict?.shapes.keys() ?? [])]], ["model", ["weight"]]);
});

test("a storage that is a view of another is refused, as its numbers lie elsewhere", async (context) => {
  const operations = stateDict([weight], false);
  const at = operations.findIndex((one) => one.equals(number(LENGTH)));
  const viewed = operations.toSpliced(at + 1, 0, op("mark"), text("1"), number(0), number(2), op("tuple"));
  await assert.rejects(
    dictsOf(context, fileOf(viewed)),
    (error) => error instanceof ThawError && /a view of another one/.test(error.message),
  );
});
