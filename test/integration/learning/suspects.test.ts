/** Wrong labels among drawn images are suspected by a real head on the frozen base. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openDataset } from "../../../data/dataset/dataset.js";
import { evaluate } from "../../../learn/stages/evaluate.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { ingestFor } from "../../unit/learn/stageContexts.js";
import { temporaryFolder } from "../../unit/learn/support.js";

const CLASSES = ["disc", "star", "stripes"] as const;
const IMAGES_PER_CLASS = 50;
const IMAGES = await drawnFolder(IMAGES_PER_CLASS, CLASSES);
const file = runFileSchema.parse({
  name: "test",
  data: { path: "unused", outside: "allow", test: 0.4, validation: 0.3 },
  augment: { views: 1 },
  seed: 4,
});

test("of 5 % of labels turned over, those held out are suspected, and few others", async (context) => {
  const folder = await temporaryFolder(context);
  const rows: { path: string; label: string }[] = [];
  const flipped = new Set<string>();
  for (const [label, name] of CLASSES.entries()) {
    const files = (await readdir(join(IMAGES, name))).sort().slice(0, IMAGES_PER_CLASS);
    files.forEach((image, index) => {
      const path = join(IMAGES, name, image);
      const isFlipped = index % 20 === 7;
      if (isFlipped) flipped.add(path);
      rows.push({ path, label: CLASSES[(label + (isFlipped ? 1 : 0)) % CLASSES.length] as string });
    });
  }
  await writeFile(join(folder, "list.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  const { dataset, context: stage } = await ingestFor(
    folder,
    join(folder, "list.jsonl"),
    file,
    () => undefined,
    // What the shapes are has to be plain, so that a label can be wrong.
    96,
  );
  await extractFeatures(await stage("features"), [], false);
  const features = join(folder, "features", FEATURES_FILE);
  await trainHead(await stage("head"), file.head, features);
  const weights = join(folder, "head", WEIGHTS_FILE);
  const candidates = [{ stage: "head", weights }];
  const evaluation = await evaluate(await stage("evaluate"), candidates, undefined, [], features);

  const { records, close } = await openDataset(dataset);
  await close();
  const wrong = records.filter(({ path, split }) => split !== "train" && flipped.has(path));
  const suspects = new Set(evaluation.labelSuspects?.shown.map(({ path }) => path));
  const found = wrong.filter(({ path }) => suspects.has(path)).length;
  context.diagnostic(`${found} of ${wrong.length} wrong labels among ${suspects.size} suspects`);
  assert.ok(wrong.length >= 5, "too few wrong labels are held out to tell");
  assert.ok(found >= 0.8 * wrong.length, `${found} of ${wrong.length} wrong labels are suspected`);
  assert.ok(suspects.size - found <= wrong.length, `${suspects.size - found} labels are suspected in vain`);
});
