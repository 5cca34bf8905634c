/** Features of a set that grew: those of images that were there before are copied, and nobody can tell from the bytes. */
import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { IMAGES_FILE } from "../../../data/dataset/dataset.js";
import { distinctImages, shardsOf } from "../../../data/dataset/shards.js";
import { viewsOf } from "../../../data/views/count.js";
import { basePass } from "../../../learn/network/frozen.js";
import { boundaryFile, openBoundary, pixelFile } from "../../../learn/stages/activations.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import { extractShard } from "../../../learn/stages/extractShard.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { pixelTensor } from "../../../learn/training/step/pixels.js";
import type { EarlierFeatures } from "../../../spec/engine/job.js";
import { FEATURES_FILE, SHARD_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import type { ImageRecord } from "../../../spec/records/dataset.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { folderOfProcess } from "../../support/folders.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { ingestFor } from "../../unit/learn/stageContexts.js";
import { base, pretrained, temporaryFolder } from "../../unit/learn/support.js";

const CLASSES = ["disc", "moon"] as const;
const PER_CLASS = 12;
const GROUPS = ["blocks.6", "top"];
const FILE = runFileSchema.parse({
  name: "test",
  data: { path: "unused", test: 0.3, validation: 0.2 },
  augment: { views: 3 },
});
const IMAGES = await drawnFolder(PER_CLASS, CLASSES);

/** A set of images with its features, as a run leaves it. */
interface Made {
  readonly context: StageContext;
  readonly records: readonly ImageRecord[];
  readonly features: Buffer;
  readonly summary: Awaited<ReturnType<typeof extractFeatures>>;
  readonly earlier: Required<EarlierFeatures>;
}

/** @param takes which of a class' images, by number */
const made = async (
  test: TestContext,
  takes: (index: number) => boolean,
  earlier: readonly EarlierFeatures[] = [],
): Promise<Made> => madeIn(await temporaryFolder(test), takes, earlier);

let everything: Promise<Made> | undefined;
/** All images, everything computed: once for the tests that compare with it, and none of them changes it. */
function allComputed(): Promise<Made> {
  everything ??= madeIn(folderOfProcess("thaw-all-computed-"), () => true);
  return everything;
}

async function madeIn(
  folder: string,
  takes: (index: number) => boolean,
  earlier: readonly EarlierFeatures[] = [],
): Promise<Made> {
  for (const name of CLASSES) {
    const files = (await readdir(join(IMAGES, name))).sort();
    await mkdir(join(folder, "images", name), { recursive: true });
    for (const [index, file] of files.entries())
      if (takes(index)) await cp(join(IMAGES, name, file), join(folder, "images", name, file));
  }
  const { dataset, context: contextOf } = await ingestFor(folder, join(folder, "images"), FILE);
  const context = await contextOf("features");
  const summary = await extractFeatures(context, GROUPS, true, earlier);
  const lines = (await readFile(join(dataset, IMAGES_FILE), "utf8")).trim().split("\n");
  const features = join(context.folders.out, FEATURES_FILE);
  return {
    context,
    records: lines.map((line) => JSON.parse(line) as ImageRecord),
    features: await readFile(features),
    summary,
    earlier: { images: join(dataset, IMAGES_FILE), features, scratch: context.folders.scratch },
  };
}

const keptFiles = (scratch: string): string[] => [
  ...GROUPS.map((name) => boundaryFile(scratch, name)),
  pixelFile(scratch),
];

async function assertSameKept(one: Made, other: Made): Promise<void> {
  const [files, others] = [keptFiles(one.context.folders.scratch), keptFiles(other.context.folders.scratch)];
  for (const [index, file] of files.entries()) {
    assert.ok((await readFile(file)).equals(await readFile(others[index] as string)), file);
    assert.equal(await readFile(`${file}.sha256`, "utf8"), await readFile(`${others[index]}.sha256`, "utf8"));
  }
}

for (const precision of ["float32", "bfloat16"] as const)
  test(`a picture's numbers in ${precision} are the same bits in every batch of 2 to 32 and at every place`, async (context) => {
    const { size, pixelScale } = base.input;
    const pass = await basePass(base, await pretrained(), [], precision);
    context.after(() => pass.dispose());
    const picture = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 2_654_435_761) >>> 24);
    /** At each of the places, all in one batch. */
    const featuresAt = (batch: number, places: readonly number[]): Float32Array[] => {
      const pixels = new Uint8Array(batch * picture.length).fill(90);
      for (const place of places) pixels.set(picture, place * picture.length);
      const x = pixelTensor(pixels, [batch, size, size, 3], pixelScale);
      const { features } = pass.run(x);
      const all = features.dataSync() as Float32Array;
      const { features: length } = base.architecture;
      const own = places.map((place) => all.slice(place * length, (place + 1) * length));
      x.dispose();
      features.dispose();
      return own;
    };
    const [expected, ...others] = featuresAt(32, [0, 17, 31]);
    for (const other of others) assert.deepEqual(other, expected, "in the same batch");
    for (const [batch, place] of [
      [31, 30],
      [7, 3],
      [2, 1],
    ] as const)
      assert.deepEqual(featuresAt(batch, [place]), [expected], `${place} of ${batch}`);
  });

test("a set with new images among the old ones has the bytes that it has when all is computed", async (context) => {
  const before = await made(context, (index) => index % 6 !== 0);
  const nothing = await allComputed();
  const again = await made(context, () => true, [before.earlier]);
  assert.ok(again.features.equals(nothing.features));
  await assertSameKept(again, nothing);
  const { reused, ...rest } = again.summary;
  assert.equal(nothing.summary.reused, undefined);
  assert.equal(rest.rows, nothing.summary.rows);
  // Splits are drawn anew here: who was held out and is trained on now has its plain view from before.
  const known = new Map(before.records.map(({ sha256, split }) => [sha256, split]));
  const isWhole = ({ sha256, split }: ImageRecord): boolean =>
    known.has(sha256) && (split !== "train" || known.get(sha256) === "train");
  assert.equal(reused?.images, again.records.filter(isWhole).length);
  assert.ok(reused && reused.images > 8 && reused.rows > reused.images);
});

test("a set that shrank computes nothing, and two earlier sets complete each other", async (context) => {
  const [one, other] = [
    await made(context, (index) => index < 8),
    await made(context, (index) => index >= 6),
  ];
  const both = await made(context, () => true, [one.earlier, other.earlier]);
  const nothing = await allComputed();
  assert.ok(both.features.equals(nothing.features));
  const less = await made(context, (index) => index < 5, [both.earlier]);
  const lessFromNothing = await made(context, (index) => index < 5);
  assert.ok(less.features.equals(lessFromNothing.features));
  await assertSameKept(less, lessFromNothing);
});

test("where the activations are gone, features are reused and activations are computed when they are asked for", async (context) => {
  const before = await made(context, (index) => index !== 0);
  const nothing = await allComputed();
  await rm(boundaryFile(before.earlier.scratch, "top"));
  const again = await made(context, () => true, [before.earlier]);
  assert.ok(again.features.equals(nothing.features));
  assert.ok(again.summary.reused);
  assert.deepEqual(await readdir(again.context.folders.scratch), []);
  const samples = await openBoundary(
    { ...again.context, boundaries: GROUPS },
    await pretrained(),
    "blocks.6",
  );
  samples.close();
  const kept = GROUPS.map((name) => boundaryFile(again.context.folders.scratch, name));
  const others = GROUPS.map((name) => boundaryFile(nothing.context.folders.scratch, name));
  for (const [index, file] of kept.entries())
    assert.ok((await readFile(file)).equals(await readFile(others[index] as string)), file);
});

test("where they are gone and few images are known, everything is computed in one pass", async (context) => {
  const before = await made(context, (index) => index < 3);
  await rm(before.earlier.scratch, { recursive: true });
  const again = await made(context, () => true, [before.earlier]);
  assert.equal(again.summary.reused, undefined);
  assert.equal((await readdir(again.context.folders.scratch)).length, 2 * (GROUPS.length + 1));
});

test("shards and an earlier set make the features that one pass makes, and activations come when they are asked for", async (context) => {
  const before = await made(context, (index) => index < 5);
  const nothing = await allComputed();
  const { views } = settledAugment(FILE.augment);
  const known = new Map(before.records.map((record) => [record.sha256, viewsOf(record, views)]));
  const unknown = distinctImages(nothing.records, views).filter(
    (image) => (known.get(image.sha256) ?? 0) < image.views,
  );
  const shards = shardsOf(unknown, 6);
  const ofShards = await Promise.all(
    shards.map(async ({ images }): Promise<EarlierFeatures> => {
      const out = await temporaryFolder(context);
      await extractShard({ ...nothing.context, folders: { ...nothing.context.folders, out } }, images);
      return { images: { shard: join(out, SHARD_FILE) }, features: join(out, FEATURES_FILE) };
    }),
  );
  const again = await made(context, () => true, [before.earlier, ...ofShards]);
  assert.ok(again.features.equals(nothing.features));
  const { reused, shards: sharded, rows } = again.summary;
  assert.equal((reused?.rows ?? 0) + (sharded?.rows ?? 0), rows);
  assert.ok(reused && sharded && sharded.shards === shards.length && sharded.images === unknown.length);
  assert.deepEqual(await readdir(again.context.folders.scratch), []);
});
