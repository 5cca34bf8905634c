/** How deep retrainings train, on real services: heads on cached features, on from the champion's weights, and in full. */
import assert from "node:assert/strict";
import { copyFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ControlDependencies } from "../../../activities/context.js";
import { lookAtImages } from "../../../activities/retraining/lookAtImages.js";
import type { ExplainJson } from "../../../cli/json/explain.js";
import type { DiffJson, LineageJson } from "../../../cli/json/models.js";
import { retrainInput } from "../../../client/models/retrain.js";
import { loadRunFile } from "../../../client/runFile/load.js";
import { fetchEvents, inputIn } from "../../../client/temporal/eventHistory.js";
import type { ThawError } from "../../../spec/errors.js";
import type { RunInput, RunResult } from "../../../spec/pipeline/run.js";
import type { DatasetSummary } from "../../../spec/records/dataset.js";
import type { FeaturesSummary } from "../../../spec/records/features.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { RecipeSummary } from "../../../spec/records/recipe.js";
import type { ReportData } from "../../../spec/records/report.js";
import type { StageSummary } from "../../../spec/records/training.js";
import type { Look, Tick } from "../../../spec/retraining/retraining.js";
import {
  type ArtifactManifest,
  objectName,
  readArtifactFile,
  requireManifest,
} from "../../../store/artifacts/artifacts.js";
import { newestDecision } from "../../../store/records/aliases.js";
import { readModel, readRun } from "../../../store/records/records.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { heldOutIsUnseen, recordsOf } from "../../support/models/heldOut.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

/** The gate keeps its stage whatever it gains: a champion with tuned layers is what this is about. */
const RUN_FILE = `
name: shapes
base: tiny
data: { path: images, test: 0.3 }
augment: { views: 1 }
head: { epochs: 6 }
unfreeze: { stages: [layer2], epochs: 1, gate: { rule: always } }
recipe: staged
evaluation: { folds: 0 }
model: { promote: never, depth: auto, drift: false, min_new_per_class: 1 }
`;
const SHAPES = ["disc", "moon", "star"] as const;
/** The tiny base tells the classes apart. */
const GROUND = { ground: "of-class" } as const;
/** Images of a class at first, and all that are ever drawn. */
const FIRST = 20;
const ALL = 26;

let stack: Stack;
let images: string;
let drawn: string;
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  images = await drawnImages(join(stack.folder, "images"), FIRST, SHAPES, GROUND);
  drawn = await drawnImages(join(stack.folder, "drawn"), ALL, SHAPES, GROUND);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

/** Adds the images of each class up to that number. */
async function addUntil(count: number): Promise<void> {
  for (const shape of SHAPES) {
    const names = (await readdir(join(drawn, shape))).sort();
    for (const name of names.slice(0, count))
      await copyFile(join(drawn, shape, name), join(images, shape, name));
  }
}

const retrain = (...sets: readonly string[]): Promise<Tick> =>
  thawJson<Tick>(stack.folder, "retrain", ...sets.flatMap((set) => ["--set", set]));

async function promote(version: number): Promise<void> {
  await thawJson(stack.folder, "promote", `shapes@${version}`, "--note", "so that it is the champion");
}

async function championNow(): Promise<number> {
  return (await newestDecision(stack.session.store, "shapes", "champion"))?.version ?? assert.fail();
}

interface Made {
  readonly result: RunResult;
  readonly version: ModelVersion;
  readonly manifests: Readonly<Record<string, ArtifactManifest>>;
}

async function madeBy({ runId = "", sentence }: Tick): Promise<Made> {
  const { store } = stack.session;
  const result = await readRun(store, runId);
  assert.ok(result, sentence);
  const entries = Object.entries(result.artifacts).map(
    async ([stage, ref]) => [stage, await requireManifest(store, ref)] as const,
  );
  const version = await readModel(store, "shapes", result.version);
  assert.ok(version);
  return { result, version, manifests: Object.fromEntries(await Promise.all(entries)) };
}

/** Nothing that the champion learned from is in the comparison, and its held-out images are all of it. */
async function isComparable(champion: number, challenger: Made): Promise<void> {
  const label = `shapes@${challenger.version.version}`;
  const proof = await thawJson<ModelProof>(stack.folder, "prove", label, "--against", String(champion));
  assert.equal(proof.learned, 0);
  const before = await readModel(stack.session.store, "shapes", champion);
  const heldOut = (await recordsOf(stack.session.store, before?.artifacts.ingest)).filter(
    ({ split }) => split === "test",
  );
  assert.equal(proof.images, heldOut.length);
}

function summaryOf<Summary>(manifest: ArtifactManifest | undefined): Summary {
  assert.ok(manifest, "the run made it");
  return manifest.summary as Summary;
}

test("the first version is trained in full, which is said", async () => {
  const tick = await retrain();
  assert.deepEqual([tick.depth?.depth, tick.depth?.rule], ["full", "no version in use"], tick.sentence);
  const { version, manifests } = await madeBy(tick);
  assert.deepEqual([version.base, version.weights.kind, version.depth?.depth], ["tiny@1", "tune", "full"]);
  assert.equal(summaryOf<StageSummary>(manifests["tune-1"]).kept, true);
  const { sentences } = await thawJson<ExplainJson>(stack.folder, "explain", tick.runId ?? "");
  assert.equal(sentences.at(-1), `The retraining trains in full: ${version.depth?.reason}.`);
  await promote(1);
});

test("few new images train a head on the base as the champion tuned it, which no image that is held out has trained", async () => {
  await addUntil(FIRST + 2);
  const tick = await retrain();
  assert.deepEqual(
    [tick.depth?.depth, tick.depth?.rule, tick.depth?.champion],
    ["head", "few new images", 1],
    tick.sentence,
  );
  const made = await madeBy(tick);
  const { version, manifests } = made;
  assert.deepEqual([version.base, version.weights.kind], ["model:shapes@1", "head"]);
  assert.deepEqual(version.baseSpec?.lineage, ["shapes@1"]);
  assert.equal(
    version.baseSpec?.origin.licence,
    (await readModel(stack.session.store, "shapes", 1))?.baseSpec?.origin.licence,
  );
  assert.equal(manifests["tune-1"], undefined);
  const { decision } = summaryOf<RecipeSummary>(manifests.recipe);
  assert.deepEqual([decision.rule, decision.stages, decision.planned], ["a retraining of the head", 0, 1]);
  assert.match(decision.reason, /trains the head only: \d+ of \d+ images .* are new since version 1/);
  const { knownToBase } = summaryOf<DatasetSummary>(manifests.ingest);
  assert.ok(knownToBase && knownToBase.learned > 0 && knownToBase.flattering === 0);
  await heldOutIsUnseen(stack.session.store, made.version);
  await isComparable(1, made);
  const report = await readArtifactFile(
    stack.session.store,
    manifests.report as ArtifactManifest,
    "report.json",
  );
  const { depth } = JSON.parse(report.toString("utf8")) as ReportData;
  assert.equal(depth?.reason, tick.depth?.reason, "the evidence is in the report");
  assert.ok(depth?.evidence.facts && "fresh" in depth.evidence.facts && depth.evidence.facts.fresh > 0);
  await promote(2);
});

/** A look as the control worker takes it, without what would follow. */
async function lookWith(engine: string | null | undefined, ...sets: readonly string[]): Promise<Look> {
  const { store, platform } = stack.session;
  const { file, dataPath } = await loadRunFile(join(stack.folder, "thaw.yaml"), sets);
  const input = await retrainInput({ store, platform }, { file, dataPath });
  const context = { store, workFolder: stack.folder, engineFingerprint: engine ?? "" };
  return lookAtImages(context as ControlDependencies, input);
}

test("nothing is due after it, but where something else is asked for: of the base, and of stages that the head's version did not train", async () => {
  const tick = await retrain();
  assert.deepEqual([tick.verdict, tick.reasons, tick.depth], ["unchanged", [], undefined], tick.sentence);
  const head = (await readModel(stack.session.store, "shapes", 2))?.artifacts.head;
  const { engine } = await requireManifest(stack.session.store, head ?? assert.fail());
  const reasons = async (...sets: readonly string[]) => (await lookWith(engine, ...sets)).reasons;
  assert.deepEqual(await reasons(), []);
  assert.deepEqual(await reasons("unfreeze.epochs=2"), ["settings"]);
  assert.deepEqual(await reasons("augment.rotate=3"), ["settings"]);
  assert.deepEqual(await reasons("recipe=extractor-only"), ["settings"]);
  assert.deepEqual(await reasons("unfreeze.stages=[layer2,layer1]"), ["settings"], "a stage more");
  assert.deepEqual(await reasons("evaluation.folds=3"), [], "folds train no version");
  assert.deepEqual(await reasons("base=small", "unfreeze.stages=[top]"), ["settings"]);
  assert.deepEqual(await reasons("base=model:shapes@1"), [], "it came of that");
  const { champion } = await lookWith(engine, "unfreeze.epochs=2");
  assert.ok(champion && "fresh" in champion.facts);
  const { facts } = champion;
  assert.deepEqual([facts.champion, facts.base, facts.sameBase], [2, "model:shapes@1", true]);
  assert.deepEqual([facts.deeper, facts.heads, facts.full?.version, facts.generations], [1, 1, 1, 1]);
  assert.deepEqual([facts.tuned, facts.forgotten, facts.appeared, facts.gone], [true, 0, [], []]);
});

test("a run of a head that is gone on from finds all that it made", async () => {
  const ticks = await thawJson<{ ticks: readonly Tick[] }>(stack.folder, "models", "ticks", "shapes");
  const { runId = "" } = ticks.ticks.find(({ version }) => version === 2) ?? assert.fail();
  const { stages } = await thawJson<{
    stages: readonly { readonly name: string; readonly action: string }[];
  }>(...[stack.folder, "resume", runId, "--dry-run"]);
  const others = stages.filter(({ name }) => name !== "tune-1");
  assert.deepEqual(
    others.map(({ action }) => action),
    others.map(() => "reuse"),
  );
  assert.equal(stages.find(({ name }) => name === "tune-1")?.action, "skip");
});

test("the next head takes the features of all images that were known", async () => {
  await addUntil(FIRST + 3);
  const tick = await retrain("model.depth=head");
  const made = await madeBy(tick);
  assert.deepEqual([made.version.base, made.version.weights.kind], ["model:shapes@1", "head"], tick.sentence);
  assert.equal(tick.depth?.champion, 2);
  const { reused, images: all } = summaryOf<FeaturesSummary>(made.manifests.features);
  const { store } = stack.session;
  const known = new Set(
    (await recordsOf(stack.session.store, (await readModel(store, "shapes", 2))?.artifacts.ingest)).map(
      ({ sha256 }) => sha256,
    ),
  );
  const now = await recordsOf(stack.session.store, made.version.artifacts.ingest);
  assert.equal(all, now.length);
  assert.equal(reused?.images, now.filter(({ sha256 }) => known.has(sha256)).length);
  await heldOutIsUnseen(stack.session.store, made.version);
  await promote(made.version.version);
});

test("on from the champion's weights: stages of unfreezing start there, pinned, and it is proven on images that nothing of it has learned", async () => {
  await addUntil(FIRST + 4);
  const champion = await championNow();
  const tick = await retrain("model.depth=from-champion");
  assert.equal(tick.depth?.depth, "from-champion", tick.sentence);
  const made = await madeBy(tick);
  const { version, manifests } = made;
  assert.deepEqual([version.base, version.weights.kind], ["model:shapes@1", "tune"]);
  assert.equal(version.depth?.champion, champion);
  assert.equal(manifests["tune-1"]?.parameters.base, `sha256:${version.baseSpec?.digest}`);
  const input = inputIn(await fetchEvents(stack.session, tick.runId ?? "")) as RunInput;
  assert.deepEqual([input.file.base, input.base?.digest], ["model:shapes@1", version.baseSpec?.digest]);
  await heldOutIsUnseen(stack.session.store, made.version);
  await isComparable(champion, made);
  const { a, b } = await thawJson<DiffJson>(stack.folder, "diff", "shapes@1", `shapes@${version.version}`);
  assert.deepEqual([a.depth?.depth, b.depth?.depth], ["full", "from-champion"]);
  const { up } = await thawJson<LineageJson>(stack.folder, "lineage", `shapes@${version.version}`);
  const asked = up[0]?.nodes?.find(({ relation }) => relation === "started-by");
  assert.match(asked?.text ?? "", new RegExp(`trained on from the weights of version ${champion}`));
  await promote(version.version);
});

test("a second tuning lies over the first, and what either learned from is held out of neither", async () => {
  await addUntil(FIRST + 5);
  const champion = await championNow();
  const made = await madeBy(await retrain("model.depth=from-champion"));
  assert.equal(made.version.base, `model:shapes@${champion}`);
  assert.deepEqual(made.version.baseSpec?.lineage, ["shapes@1", `shapes@${champion}`]);
  assert.equal(made.version.baseSpec?.tunedOn?.length, 2);
  await heldOutIsUnseen(stack.session.store, made.version);
  await isComparable(champion, made);
});

test("an image that tuned layers have learned from and that is taken back is a reason to train in full", async () => {
  const records = await recordsOf(
    stack.session.store,
    (await readModel(stack.session.store, "shapes", 1))?.artifacts.ingest,
  );
  const learned = records.find(({ split }) => split === "train");
  await rm(join(images, learned?.path ?? ""));
  const tick = await retrain();
  assert.deepEqual([tick.depth?.depth, tick.depth?.rule], ["full", "images taken back"], tick.sentence);
  const { version } = await madeBy(tick);
  assert.deepEqual([version.base, version.baseSpec?.tunedOn], ["tiny@1", undefined]);
  const { stdout } = await thaw(["models", "ticks", "shapes"], { cwd: stack.folder });
  assert.match(stdout, /trained in full \(images taken back\)/);
});

test("a head on the champion's base is refused where the run file has another base, with both ways to read it", async () => {
  const args = ["base=small", "unfreeze.stages=[top]", "model.depth=head"].flatMap((set) => ["--set", set]);
  const { stdout, stderr, status } = await thaw(["retrain", ...args], { cwd: stack.folder });
  assert.equal(status, 1, stdout);
  assert.match(
    stdout + stderr,
    /model\.depth is head, and shapes@\d, which is in use, was made from model:shapes@\d, while the run file's base is small/,
  );
  assert.match(stdout + stderr, /model\.depth=full/);
});

test("a champion whose weights were deleted is no start: auto trains in full, what is asked for is refused", async () => {
  const { store } = stack.session;
  const { weights } = (await readModel(store, "shapes", await championNow())) ?? assert.fail();
  const { files, engine } = await requireManifest(store, weights);
  for (const { digest } of files) await store.client.removeObject(store.bucket, objectName(digest));
  const { champion } = await lookWith(engine, "unfreeze.epochs=2");
  assert.ok(champion && "unreadable" in champion.facts);
  assert.match(champion.facts.unreadable, /data of the tune artifact \w+ were deleted/);
  assert.equal(champion.start, undefined);
  const isRefused = (error: ThawError): boolean => {
    assert.equal(error.code, "RUN_FILE_INVALID");
    assert.match(error.message, /model\.depth is from-champion, and shapes@\d, .* cannot be read: data of/);
    assert.match(error.hint ?? "", /`--set model\.depth=full` trains from the base tiny; `thaw promote`/);
    return true;
  };
  await assert.rejects(lookWith(engine, "unfreeze.epochs=2", "model.depth=from-champion"), isRefused);
});
