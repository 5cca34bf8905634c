/** Larger bases, checkpoints of one's own and models as bases, through real services and real kernels. */
import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { resolveBase } from "../../../client/bases/resolve.js";
import { IMAGES_FILE } from "../../../data/dataset/dataset.js";
import { CATALOGUE } from "../../../learn/bases/catalogue.js";
import { baseCheckpoint } from "../../../runtime/components/download/baseCheckpoint.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { DatasetSummary, ImageRecord } from "../../../spec/records/dataset.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import type { RecipeSummary } from "../../../spec/records/recipe.js";
import type { ReportData } from "../../../spec/records/report.js";
import type { StageSummary } from "../../../spec/records/training.js";
import { downloadArtifactFile, requireManifest } from "../../../store/artifacts/artifacts.js";
import { readModel } from "../../../store/records/records.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

/** Told by the colour of their ground: few of them are learned by any base. */
const SHAPES = ["disc", "moon", "square", "star"] as const;
const PER_CLASS = 10;
/** Where images are seen in full size. */
const FEW_PER_CLASS = 5;
/** The gate keeps its stage whatever it gains: models with tuned layers are what becomes bases. */
const RUN_FILE = `
name: digits
data: { path: images, test: 0.3, validation: 0.15 }
augment: { views: 1 }
head: { epochs: 20 }
recipe: staged
unfreeze: { stages: [top], epochs: 2, gate: { rule: always } }
evaluation: { folds: 0 }
`;

let stack: Stack;
before(async () => {
  stack = await sharedStack();
  await drawnImages(join(stack.folder, "images"), PER_CLASS, SHAPES, { ground: "of-class" });
  await drawnImages(join(stack.folder, "few"), FEW_PER_CLASS, SHAPES, { ground: "of-class" });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  await copyFile(await baseCheckpoint("efficientnet-lite0"), join(stack.folder, "own.pth"));
});
after(() => stack.close());

const ok = <T>(...args: string[]): Promise<T> => thawJson<T>(stack.folder, ...args);
const refusal = (...args: string[]): Promise<string> => thawRefusal(stack.folder, ...args);

/** Another input than that of `small`: a base of its own, seen at a fifth of the work. */
const ADD = ["bases", "add", "own.pth", "--name", "own", "--arch", "efficientnet-lite0", "--size", "96"];
const SCALE = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"];

test("a checkpoint is registered once, and what differs gets another version", async () => {
  const first = await ok<{ version: number; sha256: string }>(...ADD, "--domain", "drawings");
  assert.deepEqual([first.version, first.sha256], [1, CATALOGUE[0]?.sha256]);
  assert.equal((await ok<{ version: number }>(...ADD, "--domain", "drawings")).version, 1);
  assert.equal((await ok<{ version: number }>(...ADD, ...SCALE)).version, 2);
  const { bases } = await ok<{ bases: { name: string; origin: string; version?: number }[] }>("bases");
  assert.deepEqual(
    bases.map(({ name, origin, version }) => [name, origin, version]),
    [
      ...CATALOGUE.map(({ name }) => [name, "catalogue", undefined]),
      ["own", "added", 2],
      ["small", "added", 1],
    ],
  );
  const { stdout } = await thaw(["bases"], { cwd: stack.folder });
  assert.match(stdout, /efficientnet-lite1 .* 240 px +76\.7 % +Apache-2\.0/);
  assert.match(stdout, /own@2 /);
});

test("a checkpoint comes from the object store too, and its digest is checked", async () => {
  const { store } = stack.session;
  await store.client.fPutObject(store.bucket, "incoming/own.pth", join(stack.folder, "own.pth"));
  const source = `s3://${store.bucket}/incoming/own.pth`;
  const add = ADD.map((word) => ({ "own.pth": source, own: "from-store" })[word] ?? word);
  const sha256 = CATALOGUE[0]?.sha256 ?? "";
  const added = await ok<{ sha256: string; source: string }>(...add, "--sha256", sha256);
  assert.deepEqual([added.sha256, added.source], [sha256, source]);
  assert.match(await refusal(...add, "--sha256", "0".repeat(64)), /has the SHA-256 5793/);
  assert.match(
    await refusal(...add.map((word) => (word === source ? `${source}.gone` : word))),
    /there is no object s3:/,
  );
});

test("a base's digest is that of its numbers: other preprocessing is another base, a copy is not", async () => {
  const { store } = stack.session;
  const [old, current] = [await resolveBase(store, "own@1"), await resolveBase(store, "own")];
  assert.equal(current?.name, "own@2");
  assert.notEqual(old?.digest, current?.digest);
  // The same checkpoint under another name, from another place.
  const copy = await resolveBase(store, "from-store");
  assert.equal(copy?.name, "from-store@1");
  assert.equal(copy?.digest, old?.digest);
  assert.equal(await resolveBase(store, "efficientnet-lite1"), undefined);
});

test("what cannot be a base is refused in words", async () => {
  const wrong = ADD.map((word) => (word === "efficientnet-lite0" ? "efficientnet-lite2" : word));
  assert.match(
    await refusal(...wrong),
    /own\.pth: \d+ of \d+ tensors do not fit: tensor _blocks\.3\._depthwise_conv\.weight has the shape \[144, 1, 5, 5\] instead of \[144, 1, 3, 3\]/,
  );
  const named = (name: string): string[] => ADD.map((word) => (word === "own" ? name : word));
  assert.match(await refusal(...named("efficientnet-lite1")), /thaw's own/);
  assert.match(await refusal(...named("X Ray")), /cannot be the name/);
  assert.match(
    await refusal(...ADD.map((word) => (word === "own.pth" ? "gone.pth" : word))),
    /gone\.pth is not there/,
  );
  assert.match(await refusal(...ADD, "--mean", "0.5"), /--mean and --std belong together/);
  assert.match(await refusal(...ADD, "--mean", "127", "--std", "128"), /0…1/);
  assert.match(await refusal("run", "--set", "base=efficientnet-lite"), /there is no base called/);
  assert.match(
    await refusal("plan", "--set", "base=own@7"),
    /no version 7 of base own[\s\S]*versions 1 to 2/,
  );
  assert.match(await refusal("run", "--set", "base=model:digit"), /no model and no finished run "digit"/);
});

async function run(...args: string[]): Promise<{ result: RunResult; model: ModelVersion }> {
  const { result } = await ok<{ result: RunResult }>("run", ...args);
  const model = await readModel(stack.session.store, result.model, result.version);
  assert.ok(model);
  return { result, model };
}

/** The split of each image. */
async function splitsOf({ artifacts }: RunResult): Promise<Map<string, string>> {
  const { store } = stack.session;
  const list = join(stack.folder, "images.jsonl");
  await downloadArtifactFile(
    store,
    await requireManifest(store, artifacts.ingest as ArtifactRef),
    IMAGES_FILE,
    list,
  );
  const lines = (await readFile(list, "utf8")).trim().split("\n");
  const records = lines.map((line) => JSON.parse(line) as ImageRecord);
  return new Map(records.map(({ path, split }) => [path, split]));
}

let parent: Awaited<ReturnType<typeof run>>;

test("a run starts from EfficientNet-Lite1", async () => {
  const settings = ["base=efficientnet-lite1", "name=larger", "data.path=few", "unfreeze.stages=[]"];
  const { model, result } = await run(...settings.flatMap((setting) => ["--set", setting]));
  assert.equal(model.base, "efficientnet-lite1");
  assert.equal(model.baseSpec, undefined);
  // Four classes: chance is 0.25.
  assert.ok(result.testAccuracy > 0.7, `test accuracy ${result.testAccuracy}`);
});

test("a model of thaw is the base of the next run, which says so and can be used", async () => {
  parent = await run("--set", "base=small");
  const { result, model } = await run("--set", "base=model:digits@1", "--set", "name=next");
  assert.equal(model.base, "model:digits@1");
  assert.deepEqual(model.baseSpec?.lineage, ["digits@1"]);
  assert.deepEqual([model.baseSpec?.architecture, model.baseSpec?.inputSize], ["efficientnet-lite0", 64]);
  const { weights } = parent.model;
  assert.notEqual(weights.kind, "head");
  assert.deepEqual(model.baseSpec?.layers, [weights]);
  assert.notEqual(result.artifacts.features?.key, parent.result.artifacts.features?.key);
  const [mine, parents] = [await splitsOf(result), await splitsOf(parent.result)];
  assert.deepEqual(mine, parents);
  assert.ok(result.testAccuracy > 0.7, `test accuracy ${result.testAccuracy}`);
  const [label = ""] = model.classes;
  const { predictions } = await ok<{ predictions: { label?: string }[] }>(
    ...["predict", "next", join("images", label)],
  );
  const right = predictions.filter((prediction) => prediction.label === label).length;
  assert.ok(right > predictions.length / 2, `${right} of ${predictions.length} recognized`);
  await ok("report", "next", "--out", join(stack.folder, "report.html"));
  assert.match(await readFile(join(stack.folder, "report.html"), "utf8"), /then tuned as digits@1/);
});

test("what a base was tuned with is never held out, whatever the seed, and folds are none", async () => {
  const settingsOfRough = ["base=small", "name=rough", "head.epochs=1", "unfreeze.stages=[blocks.6]"];
  const rough = await run(...settingsOfRough.flatMap((setting) => ["--set", setting]));
  const tuned = await requireManifest(stack.session.store, rough.result.artifacts["tune-1"] as ArtifactRef);
  assert.equal((tuned.summary as StageSummary).kept, true);
  const settings = ["--set", "name=next", "--set", "unfreeze.stages=[]"];
  const { result } = await run(
    ...["--set", "base=model:rough", "--set", "seed=5", "--set", "evaluation.folds=5", ...settings],
  );
  assert.deepEqual(await splitsOf(result), await splitsOf(rough.result));
  const ingest = await requireManifest(stack.session.store, result.artifacts.ingest as ArtifactRef);
  assert.ok(((ingest.summary as DatasetSummary).knownToBase?.learned ?? 0) > 0);
  const recipe = await requireManifest(stack.session.store, result.artifacts.recipe as ArtifactRef);
  const { compatibility, decision } = recipe.summary as RecipeSummary;
  assert.match(compatibility.sentence, /the base was tuned with \d+ images of these/);
  assert.match(decision.folds?.reason ?? "", /the base was tuned with/);
  const other = await run("--set", "base=small", "--set", "seed=5", ...settings);
  assert.notDeepEqual(await splitsOf(other.result), await splitsOf(rough.result));
});

test("of several bases the run goes on with the one whose probe is best, and with none that was tuned on its images", async () => {
  const names = ["small", "own", "model:digits@1"];
  const bases = `bases=[${names.join(", ")}]`;
  const settings = ["--set", bases, "--set", "name=chosen", "--set", "unfreeze.stages=[]"];
  const { result, model } = await run(...settings);
  assert.ok(result.artifacts.base, "no choice was recorded");
  const written = await ok<ReportData>("report", "chosen", "--out", join(stack.folder, "chosen.html"));
  const [best, second, last] = written.bases?.candidates ?? [];
  assert.ok(best !== undefined && second !== undefined);
  assert.ok(best.probe.accuracy >= second.probe.accuracy);
  assert.equal(last?.name, "model:digits@1", "it was tuned with these images");
  assert.equal(model.base, best.name === "small" ? "small@1" : "own@2");
  // The chosen base's stages are those that the comparison has made.
  const index = 1 + names.indexOf(best.name);
  assert.deepEqual(result.artifacts.features, result.artifacts[`features-${index}`]);
  assert.deepEqual(result.artifacts.recipe, result.artifacts[`recipe-${index}`]);
  const { stages } = await ok<{ stages: { name: string; action: string }[] }>("plan", ...settings);
  assert.deepEqual([...new Set(stages.map(({ action }) => action))], ["reuse"]);
  const { stages: open } = await ok<{ stages: { name: string; action: string; why: string }[] }>(
    ...["plan", ...settings, "--set", "seed=9"],
  );
  assert.equal(open.find(({ name }) => name === "head")?.why, "the base is chosen first");
});

test("an alias names a version for commands and run files, and can be moved", async () => {
  const named = await ok<{ version: number; aliases: string[] }>("models", "alias", "digits@1", "champion");
  assert.deepEqual([named.version, named.aliases], [1, ["champion"]]);
  const spec = await resolveBase(stack.session.store, "model:digits@champion");
  assert.equal(spec?.name, "model:digits@1");
  assert.deepEqual(spec, await resolveBase(stack.session.store, "model:digits@1"));
  const { models } = await ok<{ models: { name: string; version: number; aliases: string[] }[] }>("models");
  assert.deepEqual(
    models.map(({ name, version, aliases }) => [name, version, aliases]),
    [
      ["chosen", 1, []],
      ["digits", 1, ["champion"]],
      ["larger", 1, []],
      ["next", 3, []],
      ["next", 2, []],
      ["next", 1, []],
      ["rough", 1, []],
    ],
  );
  assert.match(await refusal("models", "alias", "digits", "3"), /cannot be an alias/);
  assert.match(await refusal("plan", "--set", "base=model:digits@best"), /aliases champion/);
  assert.match(await refusal("models", "nothing"), /models: chosen, digits, larger, next, rough/);
  await ok("models", "unalias", "digits@champion");
  assert.match(await refusal("models", "unalias", "digits@champion"), /it has none at all/);
});

test("a registered checkpoint under its own scale gives other artifacts than thaw's base", async () => {
  const plan = async (base: string): Promise<Map<string, string>> => {
    const { stages } = await ok<{ stages: { name: string; action: string }[] }>(
      ...["plan", "--set", `base=${base}`],
    );
    return new Map(stages.map(({ name, action }) => [name, action]));
  };
  assert.equal((await plan("small")).get("features"), "reuse");
  assert.equal((await plan("model:digits@1")).get("features"), "reuse");
  const { model } = await run("--set", "base=own", "--set", "unfreeze.stages=[]");
  assert.equal(model.base, "own@2");
  assert.equal((await plan("own")).get("features"), "reuse");
  assert.equal((await plan("own@1")).get("features"), "run");
});

test("a base that is removed is unknown, and what was made with it stays", async () => {
  const removed = await ok<{ name: string; versions: number[] }>("bases", "remove", "own");
  assert.deepEqual(removed, { name: "own", versions: [1, 2] });
  const { bases } = await ok<{ bases: { name: string }[] }>("bases");
  assert.ok(!bases.some(({ name }) => name === "own"));
  assert.match(await refusal("plan", "--set", "base=own"), /there is no base called "own"/);
  assert.match(await refusal("bases", "remove", "own"), /no base called "own" has been added/);
  const [label = ""] = (await readModel(stack.session.store, "digits", 2))?.classes ?? [];
  const { predictions } = await ok<{ predictions: unknown[] }>("predict", "digits@2", join("images", label));
  assert.ok(predictions.length > 0);
});
