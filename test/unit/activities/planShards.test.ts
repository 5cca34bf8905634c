/** Which images are divided into shards, and which shards are computed: none whose features are known. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { planWith } from "../../../activities/heavy/shards/planShards.js";
import { readShards, shardFeatures, shardParts } from "../../../activities/heavy/shards/shardList.js";
import type { Bfloat16Arithmetic } from "../../../spec/engine/precision.js";
import { ownArithmetic } from "../../../spec/engine/processor.js";
import type { ShardPlanRequest } from "../../../spec/pipeline/activities.js";
import { planStages, type StagePlan } from "../../../spec/pipeline/stages.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { type ArtifactManifest, commitArtifact, refOf } from "../../../store/artifacts/artifacts.js";
import { stageKey } from "../../../store/artifacts/keys.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const ENGINE = "tensorflow 1";
const MOST = 4;
const FILE = runFileSchema.parse({ name: "pets", data: { path: "images" } });
const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const stageOf = (kind: string, file = FILE): StagePlan =>
  planStages(file).find((plan) => plan.kind === kind) ?? assert.fail(kind);
const named = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, index) => `image ${from + index}`);
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

async function bench(context: TestContext, runFile = FILE) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-plan-shards-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const { store } = memoryStore();
  const dependencies = { workFolder: folder, engineFingerprint: ENGINE };
  let files = 0;
  const file = async (text: string): Promise<string> => {
    const path = join(folder, `file-${files++}`);
    await writeFile(path, text);
    return path;
  };
  const commit = async (stage: StagePlan, inputs: Record<string, string>, name: string, text: string) => {
    const { manifest } = await commitArtifact(store, {
      ...{ kind: stage.kind, codeVersion: stage.codeVersion, parameters: stage.parameters, inputs },
      ...{ key: stageKey(stage, inputs, ENGINE), engine: stage.usesEngine ? ENGINE : null },
      ...{ summary: { of: text }, seconds: 1, files: { [name]: await file(text) } },
    });
    return manifest;
  };
  const dataset = (images: readonly string[]): Promise<ArtifactManifest> => {
    const place = { pack: "pack-000.bin", offset: 0, length: 1 };
    const lines = images.map((path) => ({
      path,
      sha256: digestOf(path),
      label: 0,
      split: "train",
      ...place,
    }));
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    return commit(stageOf("ingest"), { source: digestOf(text) }, "images.jsonl", text);
  };
  const features = (ingest: ArtifactManifest): Promise<ArtifactManifest> =>
    commit(stageOf("features"), { ingest: ingest.digest }, "features.f32", "numbers");
  const plan = async (ingest: ArtifactManifest, earlier: readonly ArtifactManifest[] = []) => {
    const run = {
      runId: "r",
      file: runFile,
      dataPath: "/images",
      thawVersion: "0",
      earlier: earlier.map(refOf),
    };
    const inputs = { ingest: refOf(ingest) };
    const stage = stageOf("features", runFile);
    const request: ShardPlanRequest = { run, stage, inputs, most: MOST };
    const found = await planWith(dependencies, store, request, () => undefined);
    if (found === undefined) return undefined;
    const shards = await readShards(store, folder, found.list, () => undefined);
    assert.equal(shards.length, found.shards);
    const compute = async (
      index: number,
      arithmetic?: Bfloat16Arithmetic,
      summary: object = {},
    ): Promise<void> => {
      const shard = shards[index] ?? assert.fail(`${index}`);
      const parts = shardParts(request, ingest, shard, ENGINE, arithmetic);
      const made = { summary, seconds: 1, files: { "features.f32": await file(`${shard.prefix}`) } };
      await commitArtifact(store, { ...parts, ...made });
    };
    /** How many of the shards the stage takes. */
    const taken = async (): Promise<number> => {
      const nothing = () => undefined;
      const stageRequest = { ...request, shards: found.list };
      return (await shardFeatures(dependencies, store, stageRequest, ingest, nothing, nothing)).length;
    };
    return { ...found, images: sum(shards.map(({ images }) => images.length)), compute, taken };
  };
  return { dataset, features, plan };
}

test("shards that are in the store are not computed, also those that another set has, too", async (context) => {
  const { dataset, plan } = await bench(context);
  const set = await dataset(named(0, 40));
  const first = (await plan(set)) ?? assert.fail("no shards");
  assert.equal(first.images, 40);
  assert.deepEqual(first.missing, [...Array(first.shards).keys()]);
  for (const index of first.missing) if (index !== 2) await first.compute(index);
  const second = (await plan(set)) ?? assert.fail("no shards");
  assert.deepEqual([second.list, second.missing], [first.list, [2]]);
  await second.compute(2);
  const larger = (await plan(await dataset(named(0, 41)))) ?? assert.fail("no shards");
  assert.equal(larger.images, 41);
  assert.equal(larger.missing.length, 1 + larger.shards - first.shards);
});

test("images whose features an earlier version has are in no shard, and few others have none", async (context) => {
  const { dataset, features, plan } = await bench(context);
  const before = await dataset(named(0, 30));
  const now = await dataset(named(10, 50));
  assert.equal((await plan(now, [before]))?.images, 40, "it has no features yet");
  await features(before);
  assert.equal((await plan(now, [before]))?.images, 20);
  assert.equal(await plan(await dataset(named(0, 30 + 2 * MOST - 1)), [before]), undefined);
  assert.equal((await plan(await dataset(named(0, 30 + 2 * MOST)), [before]))?.images, 2 * MOST);
});

test("in bfloat16 shards of processors that multiply and of those that round are two, and one is taken", async (context) => {
  const narrow = runFileSchema.parse({ ...FILE, precision: "bfloat16" });
  const { dataset, plan } = await bench(context, narrow);
  const own = ownArithmetic();
  const other = own === "rounded" ? "multiplied" : "rounded";
  const precisionOf = (arithmetic?: Bfloat16Arithmetic) => ({
    precision: { asked: "bfloat16", used: "bfloat16", pictures: 8, ...(arithmetic && { arithmetic }) },
  });
  const set = await dataset(named(0, 40));
  const { shards, compute } = (await plan(set)) ?? assert.fail("no shards");
  assert.ok(shards >= 4);
  for (const index of Array(shards).keys()) await compute(index, other, precisionOf(other));
  await compute(0, own, precisionOf(own));
  // What says of itself that it is another than its key says, and what does not say.
  await compute(1, own, precisionOf(other));
  await compute(2, own, precisionOf());
  const { missing, taken } = (await plan(set)) ?? assert.fail("no shards");
  assert.deepEqual(missing, [...Array(shards).keys()].slice(3));
  assert.equal(await taken(), 1);
});

test("in float32 a shard's parameters are the stage's, on every processor", async (context) => {
  const { dataset } = await bench(context);
  const ingest = await dataset(named(0, 2));
  const stage = stageOf("features");
  const shard = { prefix: "", images: [{ sha256: digestOf("image 0"), views: 1 }] };
  const [multiplied, rounded] = (["multiplied", "rounded"] as const).map((arithmetic) =>
    shardParts({ stage }, ingest, shard, ENGINE, arithmetic),
  );
  assert.deepEqual(multiplied, rounded);
  assert.deepEqual(multiplied?.parameters, stage.parameters);
});
