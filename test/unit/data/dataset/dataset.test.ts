/** A dataset opened again: its images, and packs that are cut short. */
import assert from "node:assert/strict";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { IMAGES_FILE, openDataset } from "../../../../data/dataset/dataset.js";
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

  it("reads the records of a set once, and again where another set was opened or the file was changed", async (t) => {
    const [one, other] = [await run(t, await pets(t, 4)), await run(t, await pets(t, 5))];
    const open = async ({ out }: typeof one) => {
      const dataset = await openDataset(out);
      await dataset.close();
      return dataset.records;
    };
    const records = await open(one);
    assert.equal(await open(one), records);
    assert.equal((await open(other)).length, 10);
    assert.deepEqual(await open(one), records);
    const path = join(one.out, IMAGES_FILE);
    // As many bytes as before.
    await writeFile(path, (await readFile(path, "utf8")).replaceAll('"split":"train"', '"split":"tests"'));
    await assert.rejects(open(one), /has another shape/);
    await assert.rejects(open(one), /has another shape/);
  });
});
