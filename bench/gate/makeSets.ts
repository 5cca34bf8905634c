/**
 * Small image sets for the gate's benches, drawn or taken from the quickstart's emoji, as folders of classes: shapes on a
 * cluttered ground, pairs of shapes, pairs of emoji categories.
 *   node dist/bench/gate/makeSets.js FOLDER
 */
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { manifestRows } from "../../cli/quickstart/emojiDataset.js";
import { locate } from "../../runtime/components/components.js";
import { drawnImages } from "../../test/support/images/drawn.js";
import { ALL_SHAPES } from "../../test/support/images/shapes.js";

const [to = "sets"] = process.argv.slice(2);

const [first, second, third, fourth, ...others] = ALL_SHAPES;
await drawnImages(join(to, "shapes-20"), 20, ALL_SHAPES, { seed: 1 });
await drawnImages(join(to, "shapes-45"), 45, ALL_SHAPES, { seed: 2 });
await drawnImages(
  join(to, "shapes-2-60"),
  60,
  [first, second].flatMap((shape) => shape ?? []),
  { seed: 3 },
);
await drawnImages(
  join(to, "shapes-2-100"),
  100,
  [third, fourth].flatMap((shape) => shape ?? []),
  { seed: 4 },
);
if (others.length > 1) await drawnImages(join(to, "shapes-rest-30"), 30, others, { seed: 5 });

const PAIRS: readonly (readonly [name: string, perClass: number, ...categories: string[]])[] = [
  ["emoji-animals-food-60", 60, "Animals & Nature", "Food & Drink"],
  ["emoji-animals-food-120", 120, "Animals & Nature", "Food & Drink"],
  ["emoji-travel-objects-60", 60, "Travel & Places", "Objects"],
  ["emoji-travel-objects-150", 150, "Travel & Places", "Objects"],
  ["emoji-activities-food-70", 70, "Activities", "Food & Drink"],
  ["emoji-all-50", 50, "Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects"],
];
const packed = (await locate("emoji-images"))?.path ?? "";
const rows = manifestRows(
  JSON.parse(await readFile(join(packed, "emoji.json"), "utf8")),
  join(packed, "img", "google", "64"),
);
for (const [name, perClass, ...categories] of PAIRS) {
  for (const category of categories) {
    const folder = join(to, name, category);
    await mkdir(folder, { recursive: true });
    // One picture of each thing: variants would lie on both sides of a fold.
    const seen = new Set<string>();
    const own = rows.filter(({ label, group }) => label === category && seen.size < seen.add(group).size);
    // Evenly over the category, whose order is by kind.
    for (let i = 0; i < Math.min(perClass, own.length); i++) {
      const path = own[Math.floor((i * own.length) / Math.min(perClass, own.length))]?.path ?? "";
      await copyFile(path, join(folder, basename(path)));
    }
  }
}
