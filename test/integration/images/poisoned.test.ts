/** A poisoned copy of drawn images: what was put in is found, and nothing is found in the clean ones. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import sharp from "sharp";
import { ingest } from "../../../data/dataset/ingest.js";
import type { DatasetSummary } from "../../../spec/records/dataset.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { temporaryFolder } from "../../support/images/pictures.js";

const LABELS = ["cross", "hexagon", "ring"] as const;
const EACH = 60;
let images: string;

before(async () => {
  images = await drawnFolder(EACH, LABELS);
});
const DATA = {
  test: 0.2,
  validation: 0.1,
  background: "white",
  keep_short_side: 128,
  leaks: "repair",
} as const;

interface Row {
  readonly path: string;
  readonly label: string;
  readonly split?: string;
}

/** Writes the files and a manifest, and ingests them. */
async function ingestRows(
  t: TestContext,
  rows: readonly Row[],
  files: ReadonlyMap<string, Buffer>,
): Promise<DatasetSummary> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "images"));
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  const manifest = join(folder, "list.jsonl");
  await writeFile(manifest, rows.map((row) => JSON.stringify(row)).join("\n"));
  return ingest({
    source: manifest,
    data: DATA,
    seed: 1,
    digestCache: join(folder, "digests.json"),
    out: join(folder, "out"),
    onProgress: () => undefined,
  });
}

async function cleanImages(): Promise<{ rows: Row[]; files: Map<string, Buffer> }> {
  const rows: Row[] = [];
  const files = new Map<string, Buffer>();
  for (const label of LABELS) {
    const names = (await readdir(join(images, label))).sort().slice(0, EACH);
    for (const [index, name] of names.entries()) {
      const path = `images/${label}-${index}.jpg`;
      rows.push({ path, label });
      files.set(path, await readFile(join(images, label, name)));
    }
  }
  return { rows, files };
}

describe("drawn images", () => {
  it("are clean", async (t) => {
    const { rows, files } = await cleanImages();
    const { faults, images } = await ingestRows(t, rows, files);
    assert.equal(images, 180);
    assert.deepEqual(faults, {
      duplicates: { count: 0, shown: [] },
      conflicts: { count: 0, shown: [] },
      lookAlikes: { count: 0, shown: [] },
      imbalance: { ratio: 1, smallest: 0, largest: 0, below5: [], below20: [] },
      misnamed: { count: 0, shown: [] },
      oneColour: { count: 0, shown: [] },
      oddFormats: { count: 0, shown: [] },
      notes: [],
      ignored: { count: 0, shown: [] },
      shortcuts: [],
    });
  });

  it("poisoned: contradicting copies, leaks, and a class of PNGs under wrong names are found", async (t) => {
    const { rows, files } = await cleanImages();
    const splitOf = (index: number): string =>
      index % 5 === 0 ? "test" : index % 5 === 1 ? "validation" : "train";
    const split = rows.map((row, index) => ({ ...row, split: splitOf(index) }));
    // Hexagons saved as PNG, the names unchanged.
    for (const { path } of split.filter(({ label }) => label === "hexagon"))
      files.set(path, await sharp(files.get(path)).png().toBuffer());
    // 5 % of the images come again, compressed once more, under another label, in the same split.
    const relabelled = split.filter((_, index) => index % 20 === 2 && splitOf(index) === "train");
    for (const { path, label } of relabelled) {
      const again = path.replace(".jpg", "-again.jpg");
      files.set(again, await sharp(files.get(path)).jpeg({ quality: 85 }).toBuffer());
      split.push({ path: again, label: label === "cross" ? "ring" : "cross", split: "train" });
    }
    // Six test images come again among the training images.
    const leaked = split.filter((row) => row.split === "test" && row.label === "ring").slice(0, 6);
    for (const { path, label } of leaked) {
      const again = path.replace(".jpg", "-leak.jpg");
      files.set(again, files.get(path) as Buffer);
      split.push({ path: again, label, split: "train" });
    }
    const { faults, images, quarantined } = await ingestRows(t, split, files);
    assert.equal(relabelled.length, 9);
    assert.equal(images, 180 + 9);
    // Compressed once more they are other bytes: look-alikes, which are not called wrong.
    assert.deepEqual([faults?.conflicts.count, faults?.lookAlikes?.count], [0, 9]);
    assert.deepEqual(
      faults?.lookAlikes?.shown.map((group) => group.images.shown.map(({ path }) => path)).sort(),
      relabelled.map(({ path }) => [path.replace(".jpg", "-again.jpg"), path]).sort(),
    );
    assert.equal(faults?.duplicates.count, 15);
    assert.deepEqual(
      [faults?.leaks?.count, faults?.leaks?.policy, faults?.leaks?.dropped],
      [leaked.length, "repair", 6],
    );
    assert.deepEqual(
      quarantined.map(({ path }) => path),
      leaked.map(({ path }) => path.replace(".jpg", "-leak.jpg")).sort(),
    );
    assert.equal(faults?.misnamed.count, 60);
    assert.deepEqual(
      faults?.shortcuts.filter(({ property }) => property === "file format").map(({ label }) => label),
      [1],
    );
  });
});
