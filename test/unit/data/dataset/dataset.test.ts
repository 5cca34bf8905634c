/** A dataset opened again: its images, and packs that are cut short. */
import assert from "node:assert/strict";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openDataset } from "../../../../data/dataset/dataset.js";
import { pets, run } from "./pets.js";

describe("openDataset", () => {
  it("gives the same buffer for the views of one image, and notices a pack that is cut short", async (t) => {
    const { out } = await run(t, await pets(t, 4));
    const dataset = await openDataset(out);
    t.after(() => dataset.close());
    const first = await dataset.read(0);
    assert.equal(await dataset.read(0), first);
    const second = await dataset.read(1);
    assert.notDeepEqual(second, first);
    assert.deepEqual(await dataset.read(0), first);
    await assert.rejects(dataset.read(8), /there is no image 8/);
    await truncate(join(out, "pack-000.bin"), 100);
    await assert.rejects(dataset.read(7), /cut short/);
  });
});
