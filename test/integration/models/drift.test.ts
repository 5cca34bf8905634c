/** Drift on real services: new images of the same kind, others, known ones, in folders and in a bucket. */
import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import type { ModelDrift } from "../../../client/models/drift.js";
import { driftSchema } from "../../../spec/schemas/cli/drift.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

const RUN_FILE = `
name: shapes
base: small
data: { path: images, test: 0.5, validation: 0.2 }
augment: { views: 1 }
head: { epochs: 15 }
recipe: extractor-only
evaluation: { folds: 0 }
`;
const SHAPES = ["disc", "cross"] as const;
const PER_CLASS = 60;

let stack: Stack;
let fresh: string;

/** The drawn pictures of a folder, changed, in one folder without classes. */
async function copied(from: string, to: string, change: (file: string) => Promise<Buffer>): Promise<string> {
  const folder = join(stack.folder, to);
  await mkdir(folder, { recursive: true });
  for (const shape of await readdir(from))
    for (const name of await readdir(join(from, shape)))
      await writeFile(join(folder, `${shape}-${name}`), await change(join(from, shape, name)));
  return folder;
}

before(async () => {
  stack = await sharedStack();
  await drawnImages(join(stack.folder, "images"), PER_CLASS, SHAPES);
  fresh = await drawnImages(join(stack.folder, "fresh"), 40, SHAPES, { seed: 2 });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  const { status, stderr } = await thaw(["run"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
});
after(() => stack.close());

test("new images of the same kind look the same, copies and unreadable files are counted", async () => {
  const folder = await copied(fresh, "same", (file) => readFile(file));
  await cp(join(folder, "disc-000.jpg"), join(folder, "disc-copy.jpg"));
  await writeFile(join(folder, "page.jpg"), "<html></html>");
  const drift = driftSchema.parse(await thawJson<ModelDrift>(stack.folder, "drift", "shapes", folder));
  assert.equal(drift.verdict, "same", drift.sentence);
  assert.deepEqual(drift.model, { name: "shapes", version: 1 });
  const { images } = drift;
  assert.deepEqual([images.found, images.read, images.known, images.copies], [82, 81, 0, 1]);
  assert.deepEqual([images.compared, images.heldOut], [80, 60]);
  assert.equal(images.unreadable.count, 1);
  assert.match(images.unreadable.shown[0]?.path ?? "", /page\.jpg$/);
});

test("darker, noisy images look different, the cause is named, and the text fits a terminal", async () => {
  const noisy = await copied(fresh, "noisy", async (file) => {
    const raw = { width: 96, height: 96, channels: 3 } as const;
    const pixels = await sharp(file).linear(0.35, 0).raw().toBuffer();
    // Grain of a fixed pattern: no random numbers are needed.
    const grainy = pixels.map((value, at) => Math.min(255, value + ((at * 7919) % 41)));
    return sharp(grainy, { raw }).resize(64, 48, { fit: "fill" }).png().toBuffer();
  });
  const drift = await thawJson<ModelDrift>(stack.folder, "drift", "shapes@1", noisy);
  assert.ok(["different", "may-hurt"].includes(drift.verdict), drift.sentence);
  assert.notEqual(drift.kind, "none");
  assert.match(drift.sentence, /all new images are 64×48 PNG, all held-out images are 96×96 JPEG/);
  const names = drift.properties.map(({ name }) => name);
  assert.ok(names.includes("brightness"), names.join());
  assert.equal(drift.newest.length, 12);
  const { stdout, status } = await thaw(["drift", "shapes", noisy], { cwd: stack.folder });
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^shapes@1: (looks different|may hurt)[\s\S]*NEWEST-LOOKING[\s\S]*False alarms: at most 5\.0 %/,
  );
});

test("images that the model's data set has are no new ones", async () => {
  const drift = await thawJson<ModelDrift>(stack.folder, "drift", "shapes", join(stack.folder, "images"));
  assert.equal(drift.images.known, drift.images.read);
  assert.equal(drift.verdict, "cannot-say", drift.sentence);
});

test("a prefix of a bucket is read like a folder, and one without images is refused", async () => {
  const { store } = stack.session;
  for (const name of await readdir(join(stack.folder, "same")))
    await store.client.putObject(
      store.bucket,
      `camera/today/${name}`,
      await readFile(join(stack.folder, "same", name)),
    );
  const drift = await thawJson<ModelDrift>(
    stack.folder,
    "drift",
    "shapes",
    `s3://${store.bucket}/camera/today`,
  );
  assert.equal(drift.verdict, "same", drift.sentence);
  assert.deepEqual([drift.images.found, drift.images.compared], [82, 80]);
  assert.match(drift.images.unreadable.shown[0]?.path ?? "", /^s3:\/\/.*\/camera\/today\/page\.jpg$/);
  const { status, stderr } = await thaw(["drift", "shapes", `s3://${store.bucket}/nowhere`], {
    cwd: stack.folder,
  });
  assert.equal(status, 2);
  assert.match(stderr, /there are no images below s3:\/\/.*\/nowhere\//);
});
