/** Shards of ingest: what they are known by, which are to be read, and what ingest takes of them. */
import assert from "node:assert/strict";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  imageShardParts,
  imageShardsOf,
  takeImageShards,
} from "../../../activities/heavy/shards/imageShards.js";
import { plannedShards } from "../../../activities/heavy/shards/planned.js";
import { readableImages } from "../../../activities/heavy/shards/readableImages.js";
import { readSomeShards } from "../../../activities/heavy/shards/someShards.js";
import { readImageShard } from "../../../data/dataset/imageShard.js";
import { TAKEN_FOLDER } from "../../../data/dataset/takenImages.js";
import type { ImageFile, ImageShard } from "../../../spec/images/imageShards.js";
import { IMAGE_SHARD_LIST_KIND } from "../../../spec/pipeline/shards.js";
import { planStages, type StagePlan } from "../../../spec/pipeline/stages.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { imageShardSchema } from "../../../spec/schemas/records/files.js";
import { commitArtifact, manifestName } from "../../../store/artifacts/artifacts.js";
import { temporaryFolder } from "../../support/images/pictures.js";
import { refusalOf } from "../../support/refusal.js";
import { memoryStore } from "../../support/services/memoryStore.js";
import { bytesOf, pets, run, unlike } from "../data/dataset/pets.js";

const MOST = 4;
const DATA = { path: "images", keep_short_side: 64 };
const stageOf = (more: object = {}, data: object = {}): StagePlan =>
  planStages(runFileSchema.parse({ name: "pets", data: { ...DATA, ...data }, ...more })).find(
    ({ kind }) => kind === "ingest",
  ) ?? assert.fail("no ingest");
const STAGE = stageOf();
const nothing = (): void => undefined;

async function bench(t: TestContext) {
  const work = await temporaryFolder(t);
  const { store, objects } = memoryStore();
  const signal = new AbortController().signal;
  const fetching = { store, report: nothing, signal, held: nothing };
  const listed = (source: string) => readableImages({ dataPath: source }, work, { ...fetching, digests: {} });
  const plan = async (source: string, stage = STAGE) => {
    const images = await listed(source);
    const shards = imageShardsOf(images, MOST);
    const listOf = {
      kind: IMAGE_SHARD_LIST_KIND,
      codeVersion: stage.codeVersion,
      parameters: {},
      inputs: {},
    };
    const partsOf = (shard: ImageShard) => imageShardParts(stage, shard);
    const planned = await plannedShards({ workFolder: work }, store, listOf, shards, partsOf, nothing);
    const read = async (index: number): Promise<void> => {
      const { list } = planned;
      const found = await readSomeShards<ImageShard>(store, work, list, [index], imageShardSchema, nothing);
      assert.equal(found.count, planned.shards);
      const shard = found.shards[0]?.shard ?? assert.fail("no shard");
      const out = await temporaryFolder(t);
      const files: ImageFile[] = shard.images.map(({ file = "", sha256 = "" }) => ({ file, sha256 }));
      const pixels = { background: "white", keepShortSide: 64 } as const;
      const summary = await readImageShard({ images: files, pixels, out, onProgress: nothing });
      const names = await readdir(out);
      await commitArtifact(store, {
        ...{ ...imageShardParts(stage, shard), summary, seconds: 1 },
        files: Object.fromEntries(names.map((name) => [name, join(out, name)])),
      });
    };
    return { ...planned, images: shards, read };
  };
  /** Ingest with the shards that there are. */
  const ingested = async (source: string) => {
    const out = join(await temporaryFolder(t), "out");
    const told: string[] = [];
    const context = { ...fetching, digests: {}, report: ({ phase }: { phase: string }) => told.push(phase) };
    const job = await takeImageShards({ dataPath: source }, work, STAGE, MOST, out, context);
    const taken = job.shards ?? [];
    const there = await readdir(join(out, TAKEN_FOLDER));
    assert.equal(there.length, taken.length + 1, "and the list of the source");
    const { summary } = await run(t, "", { source: job.source, shards: taken, out });
    return { taken: taken.length, bytes: await bytesOf(out), summary, told };
  };
  return { store, objects, plan, ingested, listed };
}

test("in a shard's key are bytes and what decides their pixels, and no name, label, split or seed", () => {
  const images = ["a", "b"].map((digit) => ({
    path: `${digit}.png`,
    file: `/x/${digit}`,
    sha256: digit.repeat(64),
  }));
  const key = (stage: StagePlan, shard: ImageShard = { images }): string => imageShardParts(stage, shard).key;
  const own = key(STAGE);
  assert.equal(key(stageOf({ seed: 7 }, { validation: 0.3, test: 0.3, leaks: "report" })), own);
  const renamed = images.map(({ sha256 }, index) => ({ path: `dog/${index}`, sha256, size: 5 }));
  assert.equal(key(STAGE, { images: renamed, within: "/elsewhere" }), own);
  const others = [
    key(stageOf({}, { keep_short_side: 65 })),
    key(stageOf({}, { background: "black" })),
    key({ ...STAGE, codeVersion: STAGE.codeVersion + 1 }),
    key({ ...STAGE, parameters: { ...STAGE.parameters, unheardOf: 1 } }),
    key(STAGE, { images: images.toReversed() }),
    key(STAGE, { images: images.slice(0, 1) }),
    key(STAGE, { images: images.map((one) => ({ ...one, sha256: "c".repeat(64) })) }),
  ];
  assert.equal(new Set([own, ...others]).size, 1 + others.length);
});

test("of an object in a bucket its place and version are in the key: what an etag means is the object's own", () => {
  const object = { bucket: "photos", key: "cat/1.jpg", size: 10, etag: "abc" };
  const key = (change: Partial<typeof object>): string =>
    imageShardParts(STAGE, { images: [{ path: "1.jpg", object: { ...object, ...change } }] }).key;
  const keys = [{}, { bucket: "other" }, { key: "cat/2.jpg" }, { size: 11 }, { etag: "abd" }].map(key);
  assert.equal(new Set(keys).size, keys.length);
});

test("shards that are in the store are not read, whatever the files are called or how they are split", async (t) => {
  const { plan } = await bench(t);
  const source = await pets(t, 12);
  const first = await plan(source);
  assert.ok(first.shards > 5);
  assert.deepEqual(first.missing, [...Array(first.shards).keys()]);
  for (const index of first.missing) if (index !== 2) await first.read(index);
  assert.deepEqual((await plan(source)).missing, [2]);
  assert.deepEqual((await plan(source, stageOf({ seed: 9 }, { validation: 0.3 }))).missing, [2]);
  assert.equal((await plan(source, stageOf({}, { background: "black" }))).missing.length, first.shards);
  // The list is of the files, so it is another one; the shard is the same.
  await first.read(2);
  await writeFile(join(source, "dog", "zz.png"), await unlike(77));
  const larger = await plan(source);
  assert.ok(larger.missing.length <= 2, `${larger.missing.length} of ${larger.shards} for one new image`);
});

test("ingest takes what is there and reads what is not, and the bytes are those of one pass", async (t) => {
  const { plan, ingested, objects } = await bench(t);
  const source = await pets(t, 9, {
    "cat/page.jpg": "<html>",
    "dog/torn.png": (await unlike(1)).subarray(0, 99),
  });
  const whole = await run(t, source);
  const bytes = await bytesOf(whole.out);
  assert.deepEqual((await ingested(source)).bytes, bytes);
  const { missing, read, images } = await plan(source);
  for (const index of missing) await read(index);
  const all = await ingested(source);
  assert.deepEqual([all.taken, all.bytes], [missing.length, bytes]);
  assert.deepEqual(all.summary, whole.summary);
  // One is gone, another one's data are damaged.
  const [gone, damaged] = images.map((shard) => imageShardParts(STAGE, shard));
  objects.delete(manifestName(gone?.kind ?? "", gone?.key ?? ""));
  const manifest = JSON.parse(String(objects.get(manifestName(damaged?.kind ?? "", damaged?.key ?? "")))) as {
    files: { digest: string; name: string }[];
  };
  const digest = manifest.files.find(({ name }) => name === "pack-000.bin")?.digest ?? assert.fail("no pack");
  objects.set(`objects/${digest.slice(0, 2)}/${digest}`, Buffer.from("damaged"));
  const some = await ingested(source);
  assert.deepEqual([some.taken, some.bytes], [missing.length - 2, bytes]);
  assert.ok(
    some.told.some((text) => /^shard \d+ of the images cannot be used again/.test(text)),
    some.told.join(),
  );
});

test("where the images are not on this machine, or changed since the stage began, nothing is planned or taken", async (t) => {
  const { listed, ingested, plan, store } = await bench(t);
  const source = await pets(t, 4);
  await plan(source);
  const elsewhere = `${source}-moved`;
  const changed = await refusalOf(
    readableImages({ dataPath: source }, await temporaryFolder(t), {
      ...{ store, report: nothing, signal: new AbortController().signal },
      digests: { source: "0".repeat(64) },
    }),
  );
  assert.match(changed.message, /^images in .* changed while the stage began$/);
  await rename(source, elsewhere);
  const away = await refusalOf(listed(source));
  assert.deepEqual(
    [away.code, (await refusalOf(ingested(source))).code],
    ["DATA_NOT_FOUND", "DATA_NOT_FOUND"],
  );
  assert.match(away.message, /on the worker's machine$/);
  await rm(elsewhere, { recursive: true });
});
