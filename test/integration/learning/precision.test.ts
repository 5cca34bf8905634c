/** Features and activations in bfloat16: checked before they are used, kept in half the bytes, alike on every machine. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { IMAGES_FILE } from "../../../data/dataset/dataset.js";
import { chosenBase } from "../../../learn/bases/chosen.js";
import { fromBfloat16, toBfloat16 } from "../../../learn/bfloat16.js";
import { type Parameters, parameter } from "../../../learn/network/parameters.js";
import { boundaryFile, computeActivations, openBoundary } from "../../../learn/stages/activations.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import { trainFold } from "../../../learn/stages/folds/trainFold.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { checkPrecision, leastCosine, usedPrecision } from "../../../learn/stages/precision.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { tuneStage } from "../../../learn/stages/tuneStage.js";
import { LEAST_COSINE } from "../../../spec/engine/precision.js";
import { ownArithmetic } from "../../../spec/engine/processor.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { Progress } from "../../../spec/records/training.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { folderOfProcess } from "../../support/folders.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { ingestFor } from "../../unit/learn/stageContexts.js";
import { base, pretrained } from "../../unit/learn/support.js";

const GROUP = "blocks.6";
const FILE = runFileSchema.parse({
  name: "test",
  data: { path: "unused", test: 0.3, validation: 0.2 },
  augment: { views: 2 },
  head: { epochs: 3 },
  unfreeze: { epochs: 1 },
});
const IMAGES = await drawnFolder(12, ["disc", "moon"]);

const floats = async (path: string): Promise<Float32Array> =>
  new Float32Array(Uint8Array.from(await readFile(path)).buffer);

interface Set {
  readonly dataset: string;
  readonly progress: Progress[];
  /** What a stage is given, everything written to folders of its own. */
  readonly stage: (name: string, precision?: StageContext["precision"]) => Promise<StageContext>;
}

let preparedOnce: Promise<Set> | undefined;
/** One for all tests: each stage has a name of its own. */
function prepared(): Promise<Set> {
  preparedOnce ??= prepare(folderOfProcess("thaw-precision-"));
  return preparedOnce;
}

async function prepare(folder: string): Promise<Set> {
  const progress: Progress[] = [];
  const { dataset, context } = await ingestFor(folder, IMAGES, FILE, (one) => progress.push(one));
  return {
    dataset,
    progress,
    stage: async (name, precision) => {
      const scratch = join(folder, `activations-${name}`);
      const given = await context(name, { scratch });
      return precision === undefined ? given : { ...given, precision };
    },
  };
}

let computedOnce: ReturnType<typeof compute> | undefined;
/** Features and activations in either precision, of the same images. */
function computed(): ReturnType<typeof compute> {
  computedOnce ??= compute();
  return computedOnce;
}

async function compute() {
  const { stage } = await prepared();
  const [plain, narrow] = [await stage("plain"), await stage("narrow", { asked: "bfloat16" })];
  return {
    plain,
    narrow,
    said: {
      plain: (await extractFeatures(plain, [GROUP], false)).precision,
      narrow: (await extractFeatures(narrow, [GROUP], false)).precision,
    },
  };
}

/** A base whose numbers are far from nought half way: float32 keeps what is beside the thousands, bfloat16 does not. */
async function farFromNought(): Promise<Parameters> {
  const all = await pretrained();
  const far = 1000;
  const { shape, data } = parameter(all, "top.0.conv.kernel");
  const outputs = shape.at(-1) ?? 1;
  const moved = Float32Array.from(parameter(all, "top.0.conv.mean").data);
  data.forEach((weight, i) => {
    moved[i % outputs] = (moved[i % outputs] ?? 0) + far * weight;
  });
  const beta = parameter(all, "blocks.6.0.project.beta");
  return new Map([
    ...all,
    ["blocks.6.0.project.beta", { ...beta, data: beta.data.map((value) => value + far) }],
    ["top.0.conv.mean", { shape: [outputs], data: moved }],
  ]);
}

test("features agree with those of float32, are not the same, and the stage says how near they are", async () => {
  const { plain, narrow, said } = await computed();
  const { narrow: precision } = said;
  assert.equal(said.plain, undefined);
  assert.equal(precision?.used, "bfloat16");
  assert.equal(precision.arithmetic, ownArithmetic());
  assert.equal(precision.pictures, 8);
  assert.ok((precision.cosine ?? 0) >= LEAST_COSINE && (precision.cosine ?? 1) < 1);
  const [one, other] = [
    await floats(join(plain.folders.out, FEATURES_FILE)),
    await floats(join(narrow.folders.out, FEATURES_FILE)),
  ];
  assert.equal(one.length, other.length);
  const cosine = leastCosine(one, other, base.architecture.features);
  assert.ok(cosine > 0.998 && cosine < 1, `${cosine}`);
});

test("activations take half the bytes, and are what was computed, to the bit", async (context) => {
  const { plain, narrow } = await computed();
  const size = async (of: StageContext) => (await stat(boundaryFile(of.folders.scratch, GROUP, of))).size;
  assert.equal(2 * (await size(narrow)), await size(plain));
  const samples = await openBoundary(narrow, await pretrained(), GROUP);
  context.after(() => samples.close());
  const rows = Array.from({ length: samples.count }, (_, row) => row);
  const values = samples.gather(rows) as Float32Array;
  assert.deepEqual(fromBfloat16(toBfloat16(values)), values);
});

test("activations that are gone are the same again, and so are those that are reused", async () => {
  const { stage, dataset } = await prepared();
  const asked = { asked: "bfloat16" } as const;
  const {
    narrow: first,
    said: { narrow: precision },
  } = await computed();
  const file = await readFile(boundaryFile(first.folders.scratch, GROUP, first));
  // Somewhere else, where there are none, what the features stage has found holds.
  const elsewhere = await stage("elsewhere", precision);
  (await openBoundary(elsewhere, await pretrained(), GROUP)).close();
  assert.ok(file.equals(await readFile(boundaryFile(elsewhere.folders.scratch, GROUP, elsewhere))));
  const again = await stage("again", asked);
  const earlier = {
    images: join(dataset, IMAGES_FILE),
    features: join(first.folders.out, FEATURES_FILE),
    scratch: first.folders.scratch,
  };
  const { reused, rows } = await extractFeatures(again, [GROUP], false, [earlier]);
  assert.equal(reused?.rows, rows);
  assert.ok(file.equals(await readFile(boundaryFile(again.folders.scratch, GROUP, again))));
});

test("a network that loses its features in bfloat16 is computed in float32, and it is said", async () => {
  const { stage, progress } = await prepared();
  const asked = await stage("asked", { asked: "bfloat16" });
  const [chosen, parameters] = [chosenBase(asked.base), await farFromNought()];
  const check = await checkPrecision(asked, chosen, parameters);
  assert.equal(check?.used, "float32");
  assert.equal(check.arithmetic, undefined);
  assert.ok((check.cosine ?? 1) < LEAST_COSINE, `${check.cosine}`);
  assert.ok(progress.some(({ phase }) => /cosine of .* computing in float32/.test(phase)));
  assert.equal(await usedPrecision(asked, chosen, parameters), "float32");
  assert.equal(await usedPrecision(await stage("unasked"), chosen, parameters), "float32");
});

test("what the features stage came to holds: in float32 activations are rounded once, as they are kept", async (context) => {
  const { stage } = await prepared();
  const parameters = await pretrained();
  const plain = await openBoundary((await computed()).plain, parameters, GROUP);
  context.after(() => plain.close());
  const decided = await stage("decided", { asked: "bfloat16", used: "float32" });
  const rounded = await openBoundary(decided, parameters, GROUP);
  context.after(() => rounded.close());
  const rows = Array.from({ length: plain.count }, (_, row) => row);
  const wanted = fromBfloat16(toBfloat16(plain.gather(rows) as Float32Array));
  assert.deepEqual(rounded.gather(rows), wanted);
  // Features are not rounded, so they serve the evaluation, which is in float32.
  const features = join(decided.folders.out, FEATURES_FILE);
  await computeActivations(decided, parameters, { features, boundaries: new Map() });
  const plainFeatures = join((await computed()).plain.folders.out, FEATURES_FILE);
  assert.ok((await readFile(features)).equals(await readFile(plainFeatures)));
});

test("a head and a stage of unfreezing learn from what is kept", async () => {
  const { stage } = await prepared();
  const asked = { asked: "bfloat16" } as const;
  const { narrow: features } = await computed();
  const folders = { scratch: features.folders.scratch };
  const head = await stage("head", asked);
  await trainHead(head, FILE.head, join(features.folders.out, FEATURES_FILE));
  const tune = await stage("tune-1", asked);
  const { stages: _stages, surgical: _surgical, ...settings } = FILE.unfreeze;
  const summary = await tuneStage(
    { ...tune, folders: { ...tune.folders, ...folders } },
    { ...settings, deepest: GROUP, stage: 1 },
    join(head.folders.out, WEIGHTS_FILE),
  );
  assert.equal(summary.arithmetic, ownArithmetic());
  assert.ok(summary.history.length > 0 && summary.history.every(({ loss }) => Number.isFinite(loss)));
});

test("a fold computes the features anew that a processor of the other kind has made, and reads those of its own", async () => {
  const { stage } = await prepared();
  const { narrow, said } = await computed();
  const features = join(narrow.folders.out, FEATURES_FILE);
  const settings = { fold: 1, folds: 3, head: FILE.head, stages: [] };
  const own = ownArithmetic();
  const other = own === "rounded" ? "multiplied" : "rounded";
  const foldOf = async (name: string, arithmetic: typeof own) => {
    assert.ok(said.narrow);
    const context = await stage(name, { ...said.narrow, arithmetic });
    const { arithmetic: made } = await trainFold(context, settings, features);
    assert.equal(made, own);
    return join(context.folders.scratch, "own-views", "features.f32");
  };
  assert.equal(existsSync(await foldOf("alike", own)), false);
  assert.deepEqual(await readFile(await foldOf("unlike", other)), await readFile(features));
});
