/** Packs and the dataset that is read from them; work in order. */
import assert from "node:assert/strict";
import { readFile, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createPackWriter } from "../../../../data/dataset/packs.js";
import { mapOrdered } from "../../../../data/ordered.js";
import { temporaryFolder } from "../../../support/images/pictures.js";

describe("createPackWriter", () => {
  it("fills packs up to the limit, and begins another", async (t) => {
    const folder = await temporaryFolder(t);
    const packs = createPackWriter(folder, 100);
    const blobs = [60, 40, 1, 99, 150, 10].map((size, index) => Buffer.alloc(size, index + 1));
    const ranges = [];
    for (const blob of blobs) ranges.push(await packs.append(blob));
    await packs.close();
    assert.deepEqual(
      ranges.map(({ pack, offset, length }) => [pack, offset, length]),
      [
        ["pack-000.bin", 0, 60],
        ["pack-000.bin", 60, 40],
        ["pack-001.bin", 0, 1],
        ["pack-001.bin", 1, 99],
        ["pack-002.bin", 0, 150],
        ["pack-003.bin", 0, 10],
      ],
    );
    assert.deepEqual(packs.names, ["pack-000.bin", "pack-001.bin", "pack-002.bin", "pack-003.bin"]);
    for (const [index, { pack, offset, length }] of ranges.entries()) {
      const content = await readFile(join(folder, pack));
      assert.deepEqual(content.subarray(offset, offset + length), blobs[index]);
    }
    assert.equal((await stat(join(folder, "pack-000.bin"))).size, 100);
  });

  it("does not write over packs that are there", async (t) => {
    const folder = await temporaryFolder(t);
    const first = createPackWriter(folder);
    await first.append(Buffer.from("first"));
    await first.close();
    await assert.rejects(createPackWriter(folder).append(Buffer.from("second")), { code: "EEXIST" });
    await truncate(join(folder, "pack-000.bin"), 5);
    assert.equal(await readFile(join(folder, "pack-000.bin"), "utf8"), "first");
  });
});

describe("mapOrdered", () => {
  it("keeps the order and never has more than so many under way", async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number): Promise<number> => {
      running++;
      most = Math.max(most, running);
      // The earlier an item, the longer it takes.
      for (let turn = 0; turn < 20 - item; turn++) await new Promise(setImmediate);
      running--;
      return 10 * item;
    };
    const results: number[] = [];
    for await (const result of mapOrdered([...Array(20).keys()], 3, work)) results.push(result);
    assert.deepEqual(
      results,
      [...Array(20).keys()].map((item) => 10 * item),
    );
    assert.equal(most, 3);
  });

  it("takes items only as results are wanted", async () => {
    let taken = 0;
    const started = mapOrdered([1, 2, 3, 4, 5, 6, 7, 8], 2, async () => taken++);
    await started.next();
    await new Promise(setImmediate);
    assert.equal(taken, 2);
    await started.return(undefined);
    assert.equal(taken, 2);
  });

  it("ends with the first failure", async () => {
    const seen: number[] = [];
    await assert.rejects(async () => {
      const work = async (item: number): Promise<number> => {
        if (item >= 3) throw new Error(`no ${item}`);
        return item;
      };
      for await (const item of mapOrdered([1, 2, 3, 4, 5], 4, work)) seen.push(item);
    }, /no 3/);
    assert.deepEqual(seen, [1, 2]);
  });
});
