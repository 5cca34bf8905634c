/** HDF5 files that somebody made to hurt: each is refused in one sentence, or read for what it is. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import { ThawError } from "../../../../spec/errors.js";
import { type Group, hdf5Of, type Node } from "../../../fuzz/checkpoints/hdf5.js";
import { temporaryFolder } from "../support.js";
import { allTensors } from "../torchSupport.js";

async function read(context: TestContext, file: Buffer) {
  const path = join(await temporaryFolder(context), "model.h5");
  await writeFile(path, file);
  return allTensors(await readStateDicts(path));
}

const refusedAs =
  (says: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ThawError, String((error as Error).stack ?? error));
    assert.equal(error.code, "DATA_INVALID");
    assert.match(error.message, says);
    assert.doesNotMatch(error.message, /\p{Cc}/u);
    return true;
  };

const fresh = (): Node => ({ shape: [1000], data: Buffer.alloc(4000, 1) });
const vector: Node = { shape: [1000], data: Buffer.alloc(4000, 1) };
const layer = (members: Readonly<Record<string, Node>>): Group => ({ members });

function deep(levels: number): Group {
  let group = layer({ "kernel:0": vector });
  for (let i = 0; i < levels; i++) group = layer({ a: group });
  return group;
}

const HOSTILE: readonly (readonly [what: string, root: Group, says: RegExp])[] = [
  ["groups in groups", deep(30), /groups lie more than 24 deep/],
  [
    "numbers that many layers share",
    layer(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`l${i}`, layer({ "gamma:0": vector })]))),
    /lie over each other/,
  ],
  [
    "a layer named with ESC",
    layer({ "a\u001b[2J": layer({ "kernel:0": vector }) }),
    /has control characters/,
  ],
  ["a layer named __proto__", layer({ ["__proto__"]: layer({ "kernel:0": vector }) }), /__proto__ cannot be/],
  ["a name without end", layer({ ["x".repeat(5000)]: layer({ "a:0": vector }) }), /a name in it has 5000/],
  [
    "a layer that calls itself by ESC",
    layer({ layers: layer({ a: layer({ vars: { name: "a\u001b[2J", members: { "0": vector } } }) }) }),
    /has control characters/,
  ],
  [
    "more numbers than there are",
    layer({ a: layer({ "gamma:0": { shape: [2 ** 52], data: Buffer.alloc(8) } }) }),
    /cut short/,
  ],
];

for (const [what, root, says] of HOSTILE) {
  test(`refused: ${what}`, async (context) => {
    await assert.rejects(read(context, hdf5Of(root).file), refusedAs(says));
  });
}

test("a file that ends anywhere is read or refused, never a crash", async (context) => {
  const { file } = hdf5Of(layer({ first: layer({ "kernel:0": fresh(), "bias:0": fresh() }) }));
  for (let length = 8; length < file.length; length += 37) {
    await assert.rejects(read(context, file.subarray(0, length)), refusedAs(/./), `at ${length}`);
  }
  assert.deepEqual([...(await read(context, file)).keys()], ["first.bias", "first.weight"]);
});

test("whatever address takes the place of another, the file is read or refused", async (context) => {
  const root = layer({ a: layer({ "gamma:0": fresh() }), b: layer({ "beta:0": fresh() }) });
  const { file, fields } = hdf5Of(root);
  assert.deepEqual([...(await read(context, file)).keys()], ["a.weight", "b.bias"]);
  const addresses = fields.filter(({ bytes }) => bytes === 8).map(({ at }) => at);
  for (const [i, at] of addresses.entries()) {
    for (const step of [3, 8, 13]) {
      const other = addresses[(7 * i + step) % addresses.length] ?? 0;
      const changed = Buffer.from(file);
      file.copy(changed, at, other, other + 8);
      await read(context, changed).catch(refusedAs(/./));
    }
  }
});
