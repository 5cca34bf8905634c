/** Checkpoints with timm's names: the published weights under those names are the same network. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import { efficientNetLiteNamings } from "../../../../learn/import/families/efficientnetLite.js";
import { importWeights } from "../../../../learn/import/fit.js";
import { plainDict } from "../../../../learn/import/torchState.js";
import { base, checkpointFile, fixture, largestDifference, pretrained } from "../support.js";
import { allTensors } from "../torchSupport.js";

/** Pairs of the port's name and timm's, whose networks gave the same logits (test/fixtures/generators/files/timmNames.py). */
const { names } = fixture<{ names: [string, string][] }>("files/timmNames.json");

test("a checkpoint with timm's names gives the same parameters", async () => {
  const published = allTensors(await readStateDicts(await checkpointFile()));
  const renamed = new Map(
    names.map(([port, timm]) => {
      const tensor = published.get(port);
      assert.ok(tensor, port);
      return [timm, tensor] as const;
    }),
  );
  const namings = efficientNetLiteNamings(base.architecture);
  const { parameters } = importWeights(base.architecture, [plainDict(renamed)], namings);
  const own = await pretrained();
  assert.deepEqual([...parameters.keys()], [...own.keys()]);
  for (const [name, { shape, data }] of own) {
    assert.deepEqual(parameters.get(name)?.shape, shape, name);
    assert.equal(largestDifference(parameters.get(name)?.data ?? [], data), 0, name);
  }
});
