/** The `model.json` of strangers: what it may name, and how deep it may be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLayersModel } from "../../../../learn/bases/layersModel.js";
import { ThawError } from "../../../../spec/errors.js";

const weight = (name: string): string => `{"name":${JSON.stringify(name)},"shape":[2],"dtype":"float32"}`;

function model({ topology = "{}", paths = ["a.bin"], weights = [weight("w")] } = {}): string {
  return `{"modelTopology":${topology},"weightsManifest":[{"paths":${JSON.stringify(paths)},"weights":[${weights}]}]}`;
}

function deep(levels: number): string {
  return `${'{"config":'.repeat(levels)}{}${"}".repeat(levels)}`;
}

const REFUSED: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  [
    "a key __proto__, however deep",
    model({ topology: '{"config":[{"__proto__":{"units":1}}]}' }),
    /a key __proto__/,
  ],
  ["a weight named __proto__", model({ weights: [weight("__proto__")] }), /__proto__ cannot be the name/],
  ["a weight named with ESC", model({ weights: [weight("a\u001b[2J")] }), /control characters/],
  ["layers in layers without end", model({ topology: deep(5000) }), /more than 200 levels deep/],
  ["a hundred thousand levels", model({ topology: deep(100_000) }), /more than 200 levels deep/],
  [
    "shards without end",
    model({ paths: Array.from({ length: 1001 }, (_, i) => `${i}.bin`) }),
    /names 1001 shards/,
  ],
  [
    "a shard elsewhere",
    model({ paths: ["../\u001b[2J"] }),
    /names the shard \.\.\/�\[2J, which does not lie beside/,
  ],
];

for (const [what, text, says] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseLayersModel(text, "model.json"),
      (error) => {
        assert.ok(error instanceof ThawError, String(error));
        assert.equal(error.code, "DATA_INVALID");
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

test("a model of a hundred levels is read", () => {
  const { groups, topology } = parseLayersModel(model({ topology: deep(100) }), "model.json");
  assert.deepEqual(groups[0]?.paths, ["a.bin"]);
  assert.ok("config" in topology);
});
