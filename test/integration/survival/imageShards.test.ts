/** Ingest of a source in shards: a kill costs the shard that was at work, and nobody can tell from the bytes. */
import assert from "node:assert/strict";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { uploadImages } from "../../../client/images/upload.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { type RunRequest, startRun } from "../../../client/runs/start.js";
import { fetchEvents } from "../../../client/temporal/eventHistory.js";
import { stretchesOf } from "../../../data/dataset/stretches.js";
import { listSource } from "../../../data/source/source.js";
import { IMAGE_SHARD_KIND, stageOfShards } from "../../../spec/pipeline/shards.js";
import type { DatasetSummary } from "../../../spec/records/dataset.js";
import { type ArtifactManifest, requireManifest } from "../../../store/artifacts/artifacts.js";
import { drawnImages } from "../../support/images/drawn.js";
import { fillBucket } from "../../support/services/bucket.js";
import { killAtShard, waitForStage } from "../../support/services/faults.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";
import { manifestsOf } from "../../support/store/manifests.js";

const RUN_FILE = `
name: sharded-images
base: tiny
data: { path: images }
recipe: extractor-only
augment: { views: 1 }
head: { epochs: 1 }
evaluation: { folds: 0 }
`;
const PER_SHARD = 8;
const URL = "s3://photos/sharded";

let stack: Stack;
let dataPath: string;
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  dataPath = await drawnImages(join(stack.folder, "images"), 12, ["disc", "moon", "star"]);
  await writeFile(join(dataPath, "moon", "page.png"), "<html>no image</html>");
  const [first = ""] = await readdir(join(dataPath, "disc"));
  await copyFile(join(dataPath, "disc", first), join(dataPath, "star", "copy.png"));
});
after(() => stack.close());

/** @param changes of the run file */
async function start(
  images: number | "off",
  changes: readonly string[] = [],
  more: Partial<RunRequest> = {},
): Promise<string> {
  const file = parseRunFile(RUN_FILE, "thaw.yaml", [`shards.images=${images}`, ...changes]);
  return (await startRun(stack.session, { file, dataPath, ...more })).runId;
}

/** Its images, once they are there; nothing else of the run is wanted. */
async function ingestOf(runId: string): Promise<ArtifactManifest> {
  const isOver = ({ state }: { readonly state: string }): boolean => state === "done" || state === "cached";
  const { artifact } = await waitForStage(stack, runId, "ingest", isOver);
  await stack.session.temporal.workflow.getHandle(runId).cancel();
  return requireManifest(stack.session.store, artifact ?? assert.fail("no dataset"));
}

const filesOf = ({ files }: ArtifactManifest) => files.map(({ name, digest }) => [name, digest]);

const shardsThere = () => manifestsOf(stack.session.store, IMAGE_SHARD_KIND);

/** Activities of ingest's shards, the plan included, and attempts at them. */
async function shardActivities(runId: string) {
  const events = (await fetchEvents(stack.session, runId)).events ?? [];
  const ids = new Set(
    events.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
      stageOfShards(scheduled?.activityId ?? "") === "ingest" ? [String(eventId)] : [],
    ),
  );
  const attempts = events.flatMap(({ activityTaskStartedEventAttributes: begun }) =>
    begun && ids.has(String(begun.scheduledEventId)) ? [Number(begun.attempt)] : [],
  );
  return { count: ids.size, attempts: attempts.toSorted() };
}

test("an engine that is killed costs one shard; the dataset has the bytes of a run without any", async () => {
  const whole = await ingestOf(await start("off"));
  assert.equal((await shardsThere()).size, 0);
  const runId = await start(PER_SHARD, [], { lineage: { from: "ingest" } });
  const before = await killAtShard(stack, runId, "ingest", shardsThere);
  const dataset = await ingestOf(runId);

  const after = await shardsThere();
  assert.ok(before.size > 0 && before.size < after.size, `${before.size} of ${after.size}`);
  for (const [name, manifest] of before) assert.deepEqual(after.get(name), manifest, name);
  assert.deepEqual(filesOf(dataset), filesOf(whole));
  assert.deepEqual([dataset.digest, dataset.summary], [whole.digest, whole.summary]);
  assert.notEqual(dataset.key, whole.key);
  const { quarantined, images } = dataset.summary as DatasetSummary;
  assert.deepEqual([quarantined.map(({ path }) => path), images], [["moon/page.png"], 37]);
  const { count, attempts } = await shardActivities(runId);
  assert.equal(count, 1 + after.size);
  // Shards of so few images are stored for as long as they are read: a kill that comes between two of them costs none.
  assert.equal(attempts.length, 1 + after.size);
  assert.deepEqual(
    attempts.slice(0, -1),
    Array.from({ length: after.size }, () => 1),
  );
  assert.ok([1, 2].includes(attempts.at(-1) ?? 0), attempts.join());
  // What was held for them is part of what the stage has cost.
  const held = [...after.values()].reduce((sum, { usage }) => sum + (usage?.seconds ?? 0), 0);
  assert.ok(held > 0 && (dataset.usage?.seconds ?? 0) > held);
});

test("images that were uploaded, and those of a bucket, give the same; another split reads none again", async () => {
  const { store, platform } = stack.session;
  const changes = ["data.keep_short_side=64"];
  const before = (await shardsThere()).size;
  const { digest: upload } = await uploadImages(store, dataPath, platform.workFolder, {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const elsewhere = { dataPath: "/on/another/machine", upload };
  const uploaded = await ingestOf(await start(PER_SHARD, changes, elsewhere));
  const ofUpload = (await shardsThere()).size - before;
  assert.ok(ofUpload > 4, `${ofUpload}`);

  // The same bytes are the same shards, wherever they lie: but for those beside the page, which was not sent.
  const onFolder = await start(PER_SHARD, [...changes, "data.validation=0.2"]);
  const otherwise = await ingestOf(onFolder);
  const besidePage = (await shardsThere()).size - before - ofUpload;
  assert.ok(besidePage <= 3, `${besidePage}`);
  assert.equal((await shardActivities(onFolder)).count, 1 + besidePage);
  assert.notEqual(otherwise.digest, uploaded.digest);
  const packs = (manifest: ArtifactManifest) =>
    filesOf(manifest).filter(([name]) => name?.startsWith("pack-"));
  assert.deepEqual(packs(otherwise), packs(uploaded));
  const there = (await shardsThere()).size;
  const onUpload = await start(PER_SHARD, [...changes, "data.validation=0.15"], elsewhere);
  assert.deepEqual(packs(await ingestOf(onUpload)), packs(uploaded));
  assert.deepEqual([(await shardActivities(onUpload)).count, (await shardsThere()).size], [1, there]);

  await fillBucket(store, "photos", "sharded/", dataPath);
  const inBucket = [...changes, `data.path=${URL}`];
  const sharded = await ingestOf(await start(PER_SHARD, inBucket, { dataPath: URL }));
  // Of an object the listing tells no digest, so none of them is known.
  const paths = (await listSource(dataPath)).entries.map(({ path }) => path);
  assert.equal((await shardsThere()).size, there + stretchesOf(paths, PER_SHARD).length);
  const whole = await ingestOf(await start("off", inBucket, { dataPath: URL, lineage: { from: "ingest" } }));
  assert.deepEqual(filesOf(sharded), filesOf(uploaded));
  assert.deepEqual(filesOf(sharded), filesOf(whole));
});
