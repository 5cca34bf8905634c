/**
 * How often validation and test images are called unlike although the splits were drawn: the features of a folder's or
 * manifest's images once, then the splits of many seeds. Origin of the figures in `docs/decisions/evaluation.md`.
 *   node dist/bench/accuracy/unlikeAlarms.js emoji|MANIFEST CACHE SPLITS
 *   node dist/bench/accuracy/unlikeAlarms.js drawn SPLITS
 * CACHE is a file that features are kept in.
 */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeEmojiManifest } from "../../cli/quickstart/emojiDataset.js";
import { openDataset } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { splitGroups } from "../../data/splits/draw.js";
import { tf } from "../../learn/engine.js";
import { resemblance, type Side } from "../../learn/evaluation/resemblance.js";
import { disposePass } from "../../learn/network/boundaries.js";
import { basePass } from "../../learn/network/frozen.js";
import { renderBatches } from "../../learn/samples/render.js";
import { pixelTensor } from "../../learn/training/step/pixels.js";
import { randomStream } from "../../rng/stream.js";
import { locate } from "../../runtime/components/components.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { base, checkpointFile } from "../../test/unit/learn/support.js";

interface Picture {
  readonly label: number;
  readonly group: string;
  readonly features: Float32Array;
}

const SHARES = { test: 0.2, validation: 0.1 };
const BATCH = 32;

async function featuresOf(manifest: string, folder: string): Promise<readonly Picture[]> {
  const file = runFileSchema.parse({ name: "bench", data: { path: manifest, outside: "allow" } });
  const { path: _path, ...data } = file.data;
  const out = join(folder, "dataset");
  await ingest({
    source: manifest,
    data,
    seed: 1,
    digestCache: join(folder, "digests"),
    out,
    onProgress: () => {},
  });
  const dataset = await openDataset(out);
  const pass = await basePass(base, await base.load(await checkpointFile()), []);
  const views = dataset.records.map((_, image) => ({ image, view: 0 }));
  const { size, pixelScale } = base.input;
  const width = base.architecture.features;
  const pictures: Picture[] = [];
  for await (const batch of renderBatches(
    dataset,
    base.input,
    settledAugment(file.augment),
    1,
    views,
    BATCH,
  )) {
    const x = pixelTensor(batch.pixels, [batch.views.length, size, size, 3], pixelScale);
    const result = pass.run(x);
    const all = (await result.features.data()) as Float32Array;
    batch.views.forEach(({ image }, at) => {
      const { label = 0, group = "" } = dataset.records[image] ?? {};
      pictures.push({ label, group, features: all.slice(at * width, (at + 1) * width) });
    });
    disposePass(result);
    tf.dispose(x);
  }
  await dataset.close();
  return pictures;
}

async function kept(which: string, cache: string): Promise<readonly Picture[]> {
  const known = await readFile(cache, "utf8").catch(() => undefined);
  if (known !== undefined) {
    const read = JSON.parse(known) as (Omit<Picture, "features"> & { features: number[] })[];
    return read.map((picture) => ({ ...picture, features: Float32Array.from(picture.features) }));
  }
  const folder = await mkdtemp(join(tmpdir(), "thaw-unlike-"));
  try {
    const manifest =
      which === "emoji"
        ? (await writeEmojiManifest((await locate("emoji-images"))?.path ?? "", folder)).path
        : which;
    const pictures = await featuresOf(manifest, folder);
    await writeFile(cache, JSON.stringify(pictures.map((one) => ({ ...one, features: [...one.features] }))));
    return pictures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function sideOf(pictures: readonly Picture[], width: number): Side {
  const features = new Float32Array(pictures.length * width);
  pictures.forEach((picture, at) => {
    features.set(picture.features, at * width);
  });
  // As if the model were right on nine of ten on both sides: the pictures alone are asked.
  return { images: pictures, correct: pictures.map((_, at) => at % 10 > 0), features };
}

function alarms(
  name: string,
  of: (seed: number) => readonly Picture[],
  classes: number,
  splits: number,
): void {
  const p: number[] = [];
  for (let seed = 1; seed <= splits; seed++) {
    const pictures = of(seed);
    const groups = new Map<string, number[]>();
    for (const { group, label } of pictures) groups.set(group, [...(groups.get(group) ?? []), label]);
    const drawn = splitGroups(
      Array.from(groups, ([id, labels]) => ({ id, labels })),
      classes,
      SHARES,
      seed,
    );
    const width = pictures[0]?.features.length ?? 0;
    const inSplit = (split: string) =>
      sideOf(
        pictures.filter(({ group }) => drawn.get(group) === split),
        width,
      );
    const found = resemblance(
      inSplit("validation"),
      inSplit("test"),
      width,
      randomStream(seed, "resemblance"),
    );
    p.push(found?.pictures?.pValue ?? 1);
    if (seed === 1) console.log(name, found?.sentence);
  }
  const below = (level: number): number => p.filter((one) => one < level).length;
  console.log(
    `${name}: of ${splits} splits p < 0.005 in ${below(0.005)}, < 0.05 in ${below(0.05)}, < 0.5 in ${below(0.5)}`,
  );
}

/** Groups of 1 to 12 images; what they share is larger than what they differ in. */
function drawnGroups(seed: number, groups: number, classes: number, bySize: number): readonly Picture[] {
  const stream = randomStream(seed, "drawn groups");
  let at = 0;
  const normal = (): number => {
    const [u, v] = [1 - stream.uniform(at++), stream.uniform(at++)];
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  };
  return Array.from({ length: groups }, (_, group) => group).flatMap((group) => {
    const size = 1 + Math.floor(12 * stream.uniform(at++) ** 2);
    const label = group % classes;
    const middle = Array.from({ length: 16 }, () => 3 * normal() + bySize * size);
    return Array.from({ length: size }, () => ({
      label,
      group: `${group}`,
      features: Float32Array.from(middle, (one) => one + normal()),
    }));
  });
}

const [which = "emoji", ...others] = process.argv.slice(2);
if (which === "drawn") {
  const splits = Number(others[0] ?? 400);
  alarms("groups", (seed) => drawnGroups(seed, 150, 3, 0), 3, splits);
  alarms("groups, unlike by size", (seed) => drawnGroups(seed, 150, 3, 0.2), 3, splits);
} else {
  const [cache = "", splits = "400"] = others;
  const pictures = await kept(which, cache);
  const classes = 1 + Math.max(...pictures.map(({ label }) => label));
  alarms(which, () => pictures, classes, Number(splits));
}
