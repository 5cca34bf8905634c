/** Activations within a budget: whatever is kept, what is trained is the same to the bit, and nothing is written beyond it. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { scratchSize } from "../../../files/scratch.js";
import type { Architecture } from "../../../learn/bases/architecture.js";
import { efficientNetLite } from "../../../learn/bases/families/efficientnetLite.js";
import { tf } from "../../../learn/engine.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { viewRows } from "../../../learn/samples/views.js";
import {
  boundaryFile,
  openBoundary,
  openPixels,
  pixelFile,
  readRecords,
} from "../../../learn/stages/activations.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import { trainFold } from "../../../learn/stages/folds/trainFold.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { type TuneSettings, tuneStage } from "../../../learn/stages/tuneStage.js";
import { graphName } from "../../../spec/base.js";
import { FEATURES_FILE, PREDICTIONS_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { FIRST_BLOCK } from "../../../spec/pipeline/stages.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { madeUpNetwork } from "../../support/models/madeUpNetwork.js";
import { smallDisk } from "../../support/smallDisk.js";
import { ingestFor } from "../../unit/learn/stageContexts.js";
import { pretrained, temporaryFolder } from "../../unit/learn/support.js";

const IMAGES = await drawnFolder(10, ["disc", "moon"]);
const FILE = runFileSchema.parse({
  name: "test",
  data: { path: "unused", test: 0.3, validation: 0.3 },
  augment: { views: 2 },
  head: { epochs: 2 },
  unfreeze: { epochs: 2, batch_size: 4, learning_rate: 3e-4, keep_rolled_back: true },
});
const GROUPS = ["blocks.6", "blocks.5"];
const { stages: _stages, surgical: _surgical, ...TUNING } = FILE.unfreeze;

/**
 * Layers of the same kinds and names, but few and narrow, and the lower groups are one: whole stages are trained on it, from
 * the pixels too, and TensorFlow takes most of the time to prepare their graphs.
 */
async function narrowBase(): Promise<NonNullable<StageContext["base"]>> {
  const { groups, ...rest } = efficientNetLite(0.25, 0.3);
  const [stem, ...upper] = [groups.slice(0, -4), ...groups.slice(-4)];
  const blocks = stem.flatMap((group) => group.blocks);
  const architecture: Architecture = { ...rest, groups: [{ name: "stem", blocks }, ...upper] };
  const folder = await mkdtemp(join(tmpdir(), "thaw-narrow-"));
  after(() => rm(folder, { recursive: true, force: true }));
  const checkpoint = join(folder, "narrow.safetensors");
  await writeSafetensors(checkpoint, madeUpNetwork(architecture), {
    format: "thaw-network-1",
    architecture: JSON.stringify(architecture),
  });
  const kind = graphName({ groups: architecture.groups.length - 1, isFixed: false });
  return { name: "narrow@1", architecture: kind, checkpoint, inputSize: 64 };
}
const NARROW = await narrowBase();

/** A scratch as a worker has it: a folder for the set of images in the machine's. */
interface Machine {
  readonly context: (stage: string) => Promise<StageContext>;
  readonly scratch: string;
  readonly phases: string[];
  readonly bytes: () => Promise<number>;
}

/** @param other in place of what its stages are given otherwise, on the small base */
async function machine(
  test: TestContext,
  budget: number,
  other: Partial<Pick<StageContext, "base" | "precision">> = {},
  root?: string,
): Promise<Machine> {
  const folder = await temporaryFolder(test);
  const phases: string[] = [];
  const { context } = await ingestFor(folder, IMAGES, FILE, ({ phase }) => phases.push(phase));
  const all = root ?? join(folder, "scratch");
  const scratch = join(all, "set");
  return {
    context: async (stage) => ({
      ...(await context(stage, { scratch })),
      boundaries: GROUPS,
      room: { folder: all, budget },
      ...other,
    }),
    scratch,
    phases,
    bytes: () => scratchSize(all),
  };
}

/** Trains the head, both stages and the first block; what they have trained and said. */
async function train({ context, bytes }: Machine, budget: number) {
  const features = await context("features");
  const summary = await extractFeatures(features, GROUPS, true);
  assert.ok((await bytes()) <= budget, `${await bytes()} bytes of ${budget}`);
  const path = join(features.folders.out, FEATURES_FILE);
  const head = await context("head");
  await trainHead(head, FILE.head, path);
  const made = [await readFile(path)];
  let previous = join(head.folders.out, WEIGHTS_FILE);
  const histories = [];
  for (const [index, deepest] of [...GROUPS, FIRST_BLOCK].entries()) {
    const stage = await context(`tune-${index + 1}`);
    const settings: TuneSettings = { ...TUNING, deepest, stage: index + 1 };
    const { history, verdict } = await tuneStage(stage, settings, previous, () => ({
      kept: true,
      verdict: "kept",
    }));
    histories.push({ verdict, epochs: history.map(({ seconds: _seconds, ...epoch }) => epoch) });
    previous = join(stage.folders.out, WEIGHTS_FILE);
    made.push(await readFile(previous));
    assert.ok((await bytes()) <= budget, `${await bytes()} bytes of ${budget}`);
  }
  return { summary, made, histories };
}

/** Of all activations kept; trained once, for the tests that compare. */
let trainedWhole: ReturnType<typeof train> | undefined;
async function withPlenty(test: TestContext) {
  const plenty = await machine(test, 1e9, { base: NARROW });
  trainedWhole ??= train(plenty, 1e9);
  return { plenty, whole: await trainedWhole };
}

const bothSizes = async ({ scratch }: Machine): Promise<number[]> =>
  Promise.all(
    [...GROUPS.map((name) => boundaryFile(scratch, name)), pixelFile(scratch)].map(
      async (file) => (await stat(file)).size,
    ),
  );

test("a run trains the same weights whether all, some or none of its activations are kept", async (t) => {
  const { plenty, whole } = await withPlenty(t);
  const [six = 0, five = 0, pixels = 0] = await bothSizes(plenty);
  assert.deepEqual(whole.summary.activations, {
    bytes: six + five + pixels,
    wanted: six + five + pixels,
    kept: GROUPS.concat("pixels"),
    recomputed: [],
  });
  assert.ok(!plenty.phases.some((phase) => /recomputed/.test(phase)));

  // Digests lie beside the files.
  const little = six + 1000;
  const some = await machine(t, little, { base: NARROW });
  const partly = await train(some, little);
  assert.deepEqual(partly.summary.activations?.kept, ["blocks.6"]);
  assert.deepEqual(partly.summary.activations?.recomputed, ["blocks.5", "pixels"]);
  assert.ok(
    some.phases.some((phase) =>
      /^activations: .* kept; blocks\.5, pixels recomputed in each epoch$/.test(phase),
    ),
  );
  assert.ok(existsSync(boundaryFile(some.scratch, "blocks.6")));

  const tensors = tf.memory().numTensors;
  const none = await train(await machine(t, 0, { base: NARROW }), 0);
  assert.deepEqual(none.summary.activations?.kept, []);
  assert.equal(tf.memory().numTensors, tensors);
  for (const other of [partly, none]) {
    assert.deepEqual(other.histories, whole.histories);
    for (const [index, bytes] of other.made.entries())
      assert.ok(bytes.equals(whole.made[index] as Buffer), `${index}`);
  }
});

for (const precision of [undefined, { asked: "bfloat16" }] as const)
  test(`what is computed when it is read is what a file holds, in any order: ${precision?.asked ?? "float32"}`, async (t) => {
    const [kept, none] = [await machine(t, 1e9, { precision }), await machine(t, 0, { precision })];
    const parameters = await pretrained();
    const [a, b] = [await kept.context("a"), await none.context("b")];
    const { records } = await readRecords(a.folders.dataset);
    const { rows } = viewRows(records, settledAugment(FILE.augment).views);
    const backwards = Array.from({ length: 2 * rows }, (_, i) => (2 * rows - 1 - i) % rows);
    assert.ok(backwards.length > 32, "more than a batch");
    const orders = [backwards, [3], [5, 5, 0]];
    for (const open of [
      (of: StageContext) => openBoundary(of, parameters, "blocks.5"),
      (of: StageContext) => openPixels(of),
    ]) {
      const [file, again] = [await open(a), await open(b)];
      assert.equal(again.count, file.count);
      for (const order of orders) assert.deepEqual(again.gather(order), file.gather(order));
      assert.throws(() => again.gather([rows]), RangeError);
      file.close();
      again.close();
    }
    assert.equal(await none.bytes(), 0);
  });

test("a fold without room for activations judges what it holds out as one with room does", async (t) => {
  const folds = [];
  for (const budget of [1e9, 0]) {
    const { context } = await machine(t, budget, { base: NARROW });
    const features = await context("features");
    await extractFeatures(features, GROUPS, false);
    const fold = await context("fold");
    const stages = [{ ...TUNING, deepest: "blocks.6", stage: 1, keep_rolled_back: false }];
    const path = join(features.folders.out, FEATURES_FILE);
    const { seconds: _seconds, ...summary } = await trainFold(
      fold,
      { fold: 1, folds: 2, head: FILE.head, stages },
      path,
    );
    folds.push({ summary, predictions: await readFile(join(fold.folders.out, PREDICTIONS_FILE), "utf8") });
    const kept = existsSync(boundaryFile(join(fold.folders.scratch, "other-views"), "blocks.6"));
    assert.equal(kept, budget > 0);
  }
  assert.deepEqual(folds[1], folds[0]);
});

test("a budget that shrank takes what a stage before has kept", async (t) => {
  const { context, bytes, scratch } = await machine(t, 1e9);
  await extractFeatures(await context("features"), GROUPS, false);
  const six = (await stat(boundaryFile(scratch, "blocks.6"))).size;
  const stage = await context("tune");
  const samples = await openBoundary(
    { ...stage, room: { folder: join(scratch, ".."), budget: six + 1000 } },
    await pretrained(),
    "blocks.4",
  );
  samples.close();
  assert.ok((await bytes()) <= six + 1000);
  assert.ok(existsSync(boundaryFile(scratch, "blocks.6")));
});

test("nothing is kept for stages that the recipe will leave out whatever the features are", async (t) => {
  const { context, bytes } = await machine(t, 1e9);
  // Twenty images are too few to tune on.
  const asked = { asked: "auto", planned: 2, folds: 0 } as const;
  const features = await context("features");
  const summary = await extractFeatures(features, GROUPS, false, [], asked);
  assert.equal(summary.activations, undefined);
  assert.equal(await bytes(), 0);
  assert.ok(existsSync(join(features.folders.out, FEATURES_FILE)));
});

test("a disk without room for activations is not filled, and no stage fails of it", async (t) => {
  const disk = await smallDisk(t, 400);
  if (disk === undefined) return t.skip("this user cannot mount a tmpfs");
  const root = join(disk.folder, "scratch");
  await mkdir(root);
  const small = await machine(t, 1e9, { base: NARROW }, root);
  const { summary, made } = await train(small, 400 * 1024);
  assert.ok((summary.activations?.recomputed.length ?? 0) > 0);
  const { whole } = await withPlenty(t);
  for (const [index, bytes] of made.entries()) assert.ok(bytes.equals(whole.made[index] as Buffer));
});
