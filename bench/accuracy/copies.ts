/**
 * How many altered copies of real images the recipe suspects by the base's features, how many the perceptual hash finds,
 * and how many different images are suspected in vain. Origin of the limits in `learn/transferability/suspectedCopies.ts`.
 *   node dist/bench/accuracy/copies.js FOLDER [EVERY]
 */

import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import sharp, { type Sharp } from "sharp";
import { openDataset } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { SAME_PICTURE } from "../../data/image/nearDuplicates.js";
import { hammingDistance } from "../../data/image/phash.js";
import { openSamples } from "../../learn/samples/files.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { suspectedCopies } from "../../learn/transferability/suspectedCopies.js";
import { locate } from "../../runtime/components/components.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";

const images = resolve(process.argv[2] ?? "");
/** Copies are made of every so manyth image. */
const every = Number(process.argv[3] ?? 1);
const FEATURES = 1280;
const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
const dataset = join(folder, "dataset");

/** Nine tenths of each side; `left` and `top` in [0, 1] say where. */
async function cut(upright: Buffer, left: number, top: number): Promise<Sharp> {
  const { width, height } = await sharp(upright).metadata();
  return sharp(upright).extract({
    left: Math.floor(left * width * 0.1),
    top: Math.floor(top * height * 0.1),
    width: Math.floor(0.9 * width),
    height: Math.floor(0.9 * height),
  });
}

const KINDS: Readonly<Record<string, (upright: Buffer) => Sharp | Promise<Sharp>>> = {
  "mirrored.png": (upright) => sharp(upright).flop(),
  "middle nine tenths.png": (upright) => cut(upright, 0.5, 0.5),
  "corner nine tenths.png": (upright) => cut(upright, 1, 0),
  "mirrored middle.png": async (upright) => (await cut(upright, 0.5, 0.5)).flop(),
  "20 % brighter.png": (upright) => sharp(upright).linear(1.2, 0),
  "JPEG at quality 50.jpg": (upright) => sharp(upright).jpeg({ quality: 50 }),
  "recoloured JPEG at 60.jpg": (upright) =>
    sharp(upright).modulate({ saturation: 0.7, hue: 15 }).jpeg({ quality: 60 }),
};

/** @returns the originals: a copy's name begins with the place of its own here */
async function writeManifest(path: string): Promise<readonly string[]> {
  const lines: object[] = [];
  const sources: string[] = [];
  await mkdir(join(folder, "copies"));
  for (const label of (await readdir(images)).sort()) {
    for (const name of (await readdir(join(images, label))).sort()) {
      const original = join(images, label, name);
      const number = sources.push(original) - 1;
      lines.push({ path: original, label, split: "train" });
      if (number % every !== 0) continue;
      const plain = sharp(original).rotate().removeAlpha().toColourspace("srgb");
      const upright = await plain.png().toBuffer();
      for (const [kind, make] of Object.entries(KINDS)) {
        const to = join(folder, "copies", `${number} ${kind}`);
        await (await make(upright)).toFile(to);
        // Every split needs an image.
        lines.push({ path: to, label, split: kind.startsWith("JPEG") ? "validation" : "test" });
      }
    }
  }
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join("\n"));
  return sources;
}

try {
  const list = join(folder, "list.jsonl");
  const sources = await writeManifest(list);
  const file = runFileSchema.parse({
    name: "bench",
    data: { path: list, outside: "allow", leaks: "report" },
    augment: { views: 1 },
  });
  const { path: source, ...data } = file.data;
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed: 1, digestCache, out: dataset, onProgress: () => {} });
  const checkpoint = (await locate("base-weights:efficientnet-lite0"))?.path ?? "";
  const context = {
    folders: { dataset, out: folder, scratch: join(folder, "scratch") },
    base: { name: file.base, checkpoint },
    augment: settledAugment(file.augment),
    seed: 1,
    onProgress: () => {},
  };
  await extractFeatures(context, [], false);
  const { records, close } = await openDataset(dataset);
  await close();
  const samples = openSamples(join(folder, FEATURES_FILE), { shape: [FEATURES], type: "float32" });
  const featuresOf = (some: readonly number[]) => samples.gather(some) as Float32Array;
  const originals = records.flatMap(({ split }, i) => (split === "train" ? [i] : []));
  const byPath = new Map(records.map((record) => [record.path, record]));
  const isSame = (a: ImageRecord, b: ImageRecord): boolean =>
    hammingDistance(a.phash, b.phash) <= SAME_PICTURE;
  /** A copy has a group of its own here: as if the hash had not found it. */
  const compared = (some: readonly number[], groupOf: (image: ImageRecord) => string) => ({
    images: some.map((i) => ({ group: groupOf(records[i] as ImageRecord) })),
    features: featuresOf(some),
  });
  const references = compared(originals, ({ path, phash }) => firstLike(path, phash));
  function firstLike(path: string, phash: string): string {
    const first = originals.find((i) => hammingDistance(records[i]?.phash ?? "", phash) <= SAME_PICTURE);
    return first === undefined ? path : (records[first]?.path ?? path);
  }
  const among = suspectedCopies(references, references, FEATURES);
  console.log(`${originals.length} originals: ${among.length} suspected among themselves`);
  for (const { query, reference, similarity } of among.slice(0, 20)) {
    const names = [query, reference].map((i) => basename(records[originals[i] as number]?.path ?? ""));
    console.log(`  ${names.join(" ~ ")} ${similarity.toFixed(3)}`);
  }
  for (const kind of Object.keys(KINDS)) {
    const copies = records.flatMap(({ path }, i) => (path.endsWith(` ${kind}`) ? [i] : []));
    const pairs = suspectedCopies(
      compared(copies, ({ path }) => path),
      references,
      FEATURES,
    );
    const sourceOf = (query: number): ImageRecord => {
      const name = basename(records[copies[query] as number]?.path ?? "");
      return byPath.get(sources[Number.parseInt(name, 10)] ?? "") as ImageRecord;
    };
    const found = new Set(
      pairs
        .filter(({ query, reference }) =>
          isSame(sourceOf(query), records[originals[reference] as number] as ImageRecord),
        )
        .map(({ query }) => query),
    );
    const hashed = copies.filter((image, query) => isSame(sourceOf(query), records[image] as ImageRecord));
    const share = (count: number): string => `${((100 * count) / copies.length).toFixed(0)} %`;
    const either = copies.filter(
      (image, query) => found.has(query) || isSame(sourceOf(query), records[image] as ImageRecord),
    );
    console.log(
      `${kind}: ${copies.length} copies, by features ${share(found.size)}, by hash ${share(hashed.length)}, by either ${share(either.length)}`,
    );
  }
  samples.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
