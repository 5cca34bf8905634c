/**
 * Writes what every rival reads: for each set and seed the split, the plain views that the base sees (the same
 * pixels for all) and the base's features of one of them, to check a rival's network by.
 *   node dist/bench/rivals/exportSplit.js OUT SEEDS [SET=FOLDER…]
 * OUT/SET/SEED/: split.json, images/N.png, dataset/ (as `ingest` wrote it)
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { openDataset } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { renderView } from "../../data/views/views.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { boundaryPass } from "../../learn/network/boundaries.js";
import { pixelTensor } from "../../learn/training/step/pixels.js";
import { baseCheckpoint } from "../../runtime/components/download/baseCheckpoint.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { type BenchSet, benchSets, sourceOf } from "./sets.js";

const [out = "", seeds = "1", ...folders] = process.argv.slice(2);
if (out === "") throw new Error("usage: exportSplit.js OUT SEEDS [SET=FOLDER…]");

const base = findBase("efficientnet-lite0");
const checkpoint = await baseCheckpoint(base.name);
const pass = boundaryPass(base.architecture, await base.load(checkpoint), []);

async function exportOne(set: BenchSet, seed: number): Promise<void> {
  const folder = join(out, set.name, String(seed));
  const images = join(folder, "images");
  await mkdir(images, { recursive: true });
  const file = runFileSchema.parse({ name: "bench", data: { path: set.images, outside: "allow" } });
  const { path: _path, ...data } = file.data;
  const dataset = join(folder, "dataset");
  const summary = await ingest({
    source: await sourceOf(set, seed, join(folder, "images.jsonl")),
    data,
    seed,
    digestCache: join(out, "digests.json"),
    out: dataset,
    onProgress: () => {},
  });
  const opened = await openDataset(dataset);
  const { size, pixelScale } = base.input;
  const rows: { file: string; label: number; split: string }[] = [];
  for (const [index, { label, split }] of opened.records.entries()) {
    const pixels = await renderView(await opened.read(index), base.input);
    const name = join("images", `${index}.png`);
    await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
      .png()
      .toFile(join(folder, name));
    rows.push({ file: name, label, split });
  }
  const first = await renderView(await opened.read(0), base.input);
  await opened.close();
  const { features } = pass.run(pixelTensor(first, [1, size, size, 3], pixelScale));
  const described = {
    set: set.name,
    seed,
    classes: summary.classes,
    flip: set.flip,
    checkpoint,
    pixelScale,
    features: Array.from(features.dataSync()),
    images: rows,
  };
  await writeFile(join(folder, "split.json"), JSON.stringify(described));
  const count = (split: string): number => rows.filter((row) => row.split === split).length;
  console.log(`${set.name} ${seed}: ${count("train")} + ${count("validation")} + ${count("test")} images`);
}

const more = new Map(folders.map((text) => text.split("=", 2) as [string, string]));
for (const set of benchSets(more)) {
  for (let seed = 1; seed <= Number(seeds); seed++) await exportOne(set, seed);
}
pass.dispose();
