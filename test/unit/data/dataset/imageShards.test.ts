/** Images that were read in shards: ingest gives the bytes that it gives without any, and the same refusals. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readImageShard } from "../../../../data/dataset/imageShard.js";
import { stretchesOf } from "../../../../data/dataset/stretches.js";
import { readImageRows, TAKEN_FOLDER } from "../../../../data/dataset/takenImages.js";
import { digestSource } from "../../../../data/source/digest.js";
import { whyLeftOut } from "../../../../data/source/entries.js";
import { listSource } from "../../../../data/source/source.js";
import type { ImageFile, TakenShard } from "../../../../spec/images/imageShards.js";
import { temporaryFolder } from "../../../support/images/pictures.js";
import { refusalOf } from "../../../support/refusal.js";
import { bytesOf, DATA, pets, run, unlike } from "./pets.js";

const PIXELS = { background: DATA.background, keepShortSide: DATA.keep_short_side };
const nothing = (): void => undefined;

/** With a page that is called an image, an image that is called by another kind, a damaged one and copies. */
async function mixed(t: TestContext): Promise<string> {
  const whole = await unlike(7);
  return pets(t, 14, {
    "cat/page.jpg": "<html>no image</html>",
    "cat/really.jpg": await unlike(500),
    "dog/torn.png": whole.subarray(0, whole.length / 2),
    "dog/copy.png": await unlike(3),
    "dog/zz-empty.png": "",
  });
}

async function readShard(t: TestContext, images: readonly ImageFile[], folder?: string): Promise<string> {
  const out = folder ?? (await temporaryFolder(t));
  await mkdir(out, { recursive: true });
  const summary = await readImageShard({ images, pixels: PIXELS, out, onProgress: nothing });
  assert.equal(summary.images, images.length);
  return out;
}

/** The source's shards, as ingest is given them. @param isThere by number of the shard */
async function shards(
  t: TestContext,
  source: string,
  most: number,
  out: string,
  isThere: (index: number) => boolean = () => true,
): Promise<readonly TakenShard[]> {
  const listed = await listSource(source);
  const { files } = await digestSource(listed, join(await temporaryFolder(t), "digests.jsonl"));
  const readable = listed.entries.filter((entry) => whyLeftOut(entry, files.get(entry.path)) === undefined);
  const found: TakenShard[] = [];
  for (const [index, [from, to]] of stretchesOf(
    readable.map(({ path }) => path),
    most,
  ).entries()) {
    if (!isThere(index)) continue;
    const images = readable
      .slice(from, to)
      .map(({ file, path }) => ({ file, sha256: files.get(path) as string }));
    const folder = await readShard(t, images, join(out, TAKEN_FOLDER, `${index}`));
    found.push({ folder, from, images: to - from });
  }
  return found;
}

test("one shard, many, and some of many give the files that none gives, and their own go", async (t) => {
  const source = await mixed(t);
  const whole = await run(t, source);
  assert.ok(whole.summary.quarantined.length >= 3);
  const bytes = await bytesOf(whole.out);
  const counts: number[] = [];
  for (const [most, isThere] of [
    [1000, () => true],
    [5, () => true],
    [2, () => true],
    [3, (index: number) => index % 2 === 0],
    [3, (index: number) => index === 4],
  ] as const) {
    const out = join(await temporaryFolder(t), "out");
    const taken = await shards(t, source, most, out, isThere);
    counts.push(taken.length);
    const { summary } = await run(t, source, { out, shards: taken });
    assert.deepEqual(summary, whole.summary);
    assert.deepEqual(await bytesOf(out), bytes, `${taken.length} shards of at most ${most}`);
  }
  assert.equal(counts[0], 1);
  assert.ok((counts[1] ?? 0) > 5 && (counts[2] ?? 0) > 12, counts.join());
});

test("a shard is a function of the bytes of its images and the settings: no name, no folder is in it", async (t) => {
  const source = await mixed(t);
  const other = await temporaryFolder(t);
  const names = ["cat/0.png", "cat/page.jpg", "dog/torn.png", "cat/really.jpg"];
  const files = names.map((name) => ({ file: join(source, name) }));
  const moved: ImageFile[] = [];
  for (const [index, { file }] of files.entries()) {
    const copy = join(other, `${index}.bin`);
    await writeFile(copy, await readFile(file));
    moved.push({ file: copy });
  }
  const one = await readShard(t, files);
  const two = await readShard(t, moved);
  assert.deepEqual(await bytesOf(one), await bytesOf(two));
  const rows = await readImageRows(join(one, "shard.jsonl"));
  assert.deepEqual(
    rows.map((row) => "reason" in row),
    [false, true, true, false],
  );
  const text = await readFile(join(one, "shard.jsonl"), "utf8");
  assert.doesNotMatch(text, /page\.jpg|torn|really|source/);
});

test("a file that has changed or is gone since it was digested ends the shard as it ends ingest", async (t) => {
  const source = await pets(t, 4);
  const [one] = (await listSource(source)).entries;
  const file = one?.file ?? assert.fail();
  const out = await temporaryFolder(t);
  const shard = (images: readonly ImageFile[]) =>
    refusalOf(readImageShard({ images, pixels: PIXELS, out, onProgress: nothing }));
  const changed = await shard([{ file, sha256: "0".repeat(64) }]);
  assert.equal(changed.code, "DATA_INVALID");
  assert.match(changed.message, /0\.png changed while the images were read$/);
  const gone = await shard([{ file: join(source, "cat/none.png"), sha256: "0".repeat(64) }]);
  assert.equal(gone.code, "DATA_INVALID");
  assert.match(gone.message, /none\.png can no longer be read \(ENOENT\)$/);
});

test("a class without a readable image is refused in the same words", async (t) => {
  const source = await pets(t, 6, {});
  for (const name of await readdir(join(source, "dog")))
    await writeFile(join(source, "dog", name), "no image");
  const whole = await refusalOf(run(t, source));
  const out = join(await temporaryFolder(t), "out");
  const taken = await shards(t, source, 4, out);
  const sharded = await refusalOf(run(t, source, { out, shards: taken }));
  assert.deepEqual([sharded.code, sharded.message], [whole.code, whole.message]);
  assert.equal(sharded.code, "CLASS_EMPTY");
});

test("a shard that has other images than those of its place, or is torn, is taken by nobody", async (t) => {
  const source = await pets(t, 6);
  const out = join(await temporaryFolder(t), "out");
  const [first, second, ...rest] = await shards(t, source, 4, out);
  assert.ok(first !== undefined && second !== undefined);
  const swapped = [{ ...first, folder: second.folder }, ...rest];
  await assert.rejects(run(t, source, { out, shards: swapped }), /of the shard in .* is another one$/);
  const torn = join(await temporaryFolder(t), "out");
  const [shard] = await shards(t, source, 4, torn);
  const pack = join(shard?.folder ?? "", "pack-000.bin");
  await writeFile(pack, (await readFile(pack)).subarray(0, 10));
  await assert.rejects(
    run(t, source, { out: torn, shards: shard === undefined ? [] : [shard] }),
    /cut short$/,
  );
});
