/** Bases beyond the catalogue: another scale of the pixels, and a model's weights laid over a checkpoint's. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chosenBase } from "../../../../learn/bases/chosen.js";
import { parameter } from "../../../../learn/network/parameters.js";
import { writeSafetensors } from "../../../../learn/safetensors.js";
import { pixelTensor } from "../../../../learn/training/step/pixels.js";
import { base, checkpointFile, largestDifference, pretrained, temporaryFolder } from "../support.js";

test("a base of the catalogue is itself", async () => {
  const chosen = chosenBase({ name: base.name, checkpoint: await checkpointFile() });
  assert.deepEqual(chosen.input, base.input);
  assert.equal(chosen.architecture, base.architecture);
});

test("later layers win, heads are left out, and everything else is the checkpoint's", async (context) => {
  const folder = await temporaryFolder(context);
  const layer = async (name: string, values: Record<string, number[]>): Promise<string> => {
    const path = join(folder, name);
    const entries = Object.entries(values).map(
      ([key, numbers]) => [key, { shape: [numbers.length], data: Float32Array.from(numbers) }] as const,
    );
    await writeSafetensors(path, new Map(entries));
    return path;
  };
  const layers = [
    await layer("first", { "top.0.conv.gamma": [1], "top.0.conv.beta": [2], "head.bias": [3] }),
    await layer("second", { "top.0.conv.gamma": [4] }),
  ];
  const checkpoint = await checkpointFile();
  const chosen = chosenBase({ name: "model:m@2", architecture: base.name, checkpoint, layers });
  const parameters = await chosen.load(checkpoint);
  assert.equal(chosen.name, "model:m@2");
  assert.deepEqual([...parameter(parameters, "top.0.conv.gamma").data], [4]);
  assert.deepEqual([...parameter(parameters, "top.0.conv.beta").data], [2]);
  const own = await pretrained();
  assert.deepEqual([...parameters.keys()].sort(), [...own.keys()].sort());
  assert.deepEqual(parameters.get("stem.0.conv.kernel"), own.get("stem.0.conv.kernel"));
});

test("each channel has its own mean and deviation", () => {
  const pixelScale = { mean: [10, 20, 30], deviation: [1, 2, 4] } as const;
  const { input } = chosenBase({ name: "x", architecture: base.name, checkpoint: "unused", pixelScale });
  const pixels = Uint8Array.from([10, 20, 30, 255, 0, 34]);
  const values = pixelTensor(pixels, [1, 1, 2, 3], input.pixelScale).dataSync();
  assert.deepEqual([...values], [0, 0, 0, 245, -10, 1]);
  const same = pixelTensor(pixels, [1, 1, 2, 3], { mean: 5, deviation: 2 }).dataSync();
  assert.ok(largestDifference(same, [2.5, 7.5, 12.5, 125, -2.5, 14.5]) === 0);
});
