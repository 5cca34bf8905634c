/** One odd new image, between a trained and a held-out one, on real services: it is left out and named, and the proof goes on. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import type { ImageRecord } from "../../../spec/records/dataset.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import { readArtifactFile, requireManifest } from "../../../store/artifacts/artifacts.js";
import { readModel, readRun } from "../../../store/records/records.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

const RUN_FILE = `
name: tied
base: tiny
data: { path: images/list.jsonl, test: 0.4 }
augment: { views: 1 }
head: { epochs: 8 }
recipe: extractor-only
evaluation: { folds: 0 }
model: { promote: automatic, rule: not-worse, margin: 0.9, class_margin: 0.99 }
`;

let stack: Stack;
let images: string;
let paths: readonly string[];
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  images = await drawnImages(join(stack.folder, "images"), 12, ["disc", "moon", "square", "star"]);
  const files = await readdir(images, { recursive: true, withFileTypes: true });
  paths = files
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(images.length + 1))
    .sort();
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

async function list(added: readonly string[], groups: Readonly<Record<string, string>> = {}): Promise<void> {
  const rows = [...paths, ...added].map((path) => {
    const group = groups[path];
    return { path, label: path.split("/")[0], ...(group === undefined ? {} : { group }) };
  });
  await writeFile(join(images, "list.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

async function recordsOf(version: number): Promise<ReadonlyMap<string, ImageRecord>> {
  const { store } = stack.session;
  const ingest = (await readModel(store, "tied", version))?.artifacts.ingest;
  assert.ok(ingest);
  const file = await readArtifactFile(store, await requireManifest(store, ingest), "images.jsonl");
  const records = file.toString("utf8").trim().split("\n");
  return new Map(records.map((line) => JSON.parse(line) as ImageRecord).map((one) => [one.path, one]));
}

test("an image that ties a trained one to a held-out one is left out and named, and no leak stops the proof", async () => {
  await list([]);
  const first = await thawJson<Tick>(stack.folder, "retrain");
  assert.equal(first.verdict, "promoted", first.sentence);
  const before = await recordsOf(1);
  const of = (wanted: string): string =>
    [...before.values()].find(({ split }) => split === wanted)?.path ?? assert.fail(`none is in ${wanted}`);
  const [trained, held] = [of("train"), of("test")];
  const label = trained.split("/")[0];
  const odd = `${label}/odd.png`;
  // Other bytes, the same pixels, and the group of a held-out image.
  await sharp(join(images, trained)).png({ compressionLevel: 0 }).toFile(join(images, odd));
  const fresh = await Promise.all(
    [0, 1, 2].map(async (turn) => {
      const path = `${label}/turned-${turn}.png`;
      const turned = sharp(join(images, trained)).rotate(90 * (turn + 1));
      await turned.png().toFile(join(images, path));
      return path;
    }),
  );
  await list([odd, ...fresh], { [odd]: "burst", [held]: "burst" });

  const tick = await thawJson<Tick>(stack.folder, "retrain");
  assert.deepEqual([tick.reasons, tick.version], [["data"], 2], tick.sentence);
  const after = await recordsOf(2);
  assert.equal(after.get(odd), undefined);
  assert.ok(fresh.some((path) => after.has(path)));
  for (const [path, { split }] of before) assert.equal(after.get(path)?.split, split, path);
  const run = await readRun(stack.session.store, tick.runId ?? "");
  const warning = run?.warnings?.find(({ code }) => code === "tied-images");
  assert.ok(warning?.sentence.includes(odd), JSON.stringify(run?.warnings));
  const shown = await thaw(["get", "tied@2"], { cwd: stack.folder });
  assert.ok(shown.stdout.includes("odd.png"), shown.stdout);
  const proof = await thawJson<ModelProof>(
    ...[stack.folder, "prove", "tied@2", "--against", "1", "--rule", "not-worse", "--margin", "0.9"],
  );
  assert.equal(proof.learned, 0);
  assert.notEqual(proof.verdict, "leaks");
  assert.equal(
    (await thawJson<Tick>(stack.folder, "retrain")).verdict,
    "unchanged",
    "it is no reason to look again",
  );
});
