/** Retraining on real services: looks that come to nothing, images that are added, proof and promotion. */
import assert from "node:assert/strict";
import { cp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { DiffJson, LineageJson } from "../../../cli/json/models.js";
import type { PredictJson } from "../../../cli/json/predict.js";
import { whoAmI } from "../../../client/whoAmI.js";
import { fileDigest } from "../../../files/intact.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { ImageRecord } from "../../../spec/records/dataset.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { Approval } from "../../../spec/retraining/approval.js";
import { RETRAIN_STATE_QUERY, type RetrainState, type Tick } from "../../../spec/retraining/retraining.js";
import { readArtifactFile, requireManifest } from "../../../store/artifacts/artifacts.js";
import { newestDecision } from "../../../store/records/aliases.js";
import { findAnswers } from "../../../store/records/newestAnswers.js";
import { readModel, readRun } from "../../../store/records/records.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

const RUN_FILE = `
name: shapes
base: small
data: { path: images, test: 0.4 }
augment: { views: 1 }
head: { epochs: 10 }
recipe: extractor-only
evaluation: { folds: 0 }
model: { promote: automatic, rule: not-worse, margin: 0.3 }
`;
const PER_CLASS = 16;

let stack: Stack;
let images: string;
let more: string;
before(async () => {
  stack = await sharedStack();
  images = await smallImageSet(join(stack.folder, "images"), PER_CLASS);
  more = await smallImageSet(join(stack.folder, "more"), PER_CLASS + 6);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

const retrain = (...args: string[]): Promise<Tick> => thawJson<Tick>(stack.folder, "retrain", ...args);

/** By content: the splits that a version has its images in. */
async function splitsOf(version: number): Promise<ReadonlyMap<string, string>> {
  const { store } = stack.session;
  const ingest = (await readModel(store, "shapes", version))?.artifacts.ingest;
  assert.ok(ingest);
  const file = await readArtifactFile(store, await requireManifest(store, ingest), "images.jsonl");
  const records = file.toString("utf8").trim().split("\n");
  return new Map(
    records.map((line) => JSON.parse(line) as ImageRecord).map(({ sha256, split }) => [sha256, split]),
  );
}

test("the first look trains, and what it gives is the champion: there is nothing to prove", async () => {
  const tick = await retrain();
  assert.deepEqual([tick.verdict, tick.reasons, tick.version], ["promoted", ["first"], 1], tick.sentence);
  const { store, temporal } = stack.session;
  const run = await readRun(store, tick.runId ?? "");
  assert.equal(run?.lineage, tick.workflowId, "the run's record");
  const { memo } = await temporal.workflow.getHandle(tick.runId ?? "").describe();
  assert.equal(memo?.lineage, tick.workflowId, "the memo of its workflow");
  const head = await requireManifest(store, run?.artifacts.head ?? assert.fail());
  assert.equal(head.usage?.lineage, tick.workflowId, "its artifacts");
  const decision = await newestDecision(store, "shapes", "champion");
  assert.deepEqual([decision?.version, decision?.how, decision?.by], [1, "automatic", tick.workflowId]);
});

test("a look at images that did not change trains nothing, and leaves a record", async () => {
  const tick = await retrain();
  assert.deepEqual([tick.verdict, tick.reasons, tick.runId], ["unchanged", [], undefined], tick.sentence);
  assert.match(tick.sentence, /nothing changed since version 1: nothing to do/);
  const { stdout } = await thaw(["models", "ticks", "shapes"], { cwd: stack.folder });
  assert.match(stdout, /unchanged[\s\S]*promoted/);
});

test("images that are added train a version with the splits of before, which is proven and promoted", async () => {
  for (const name of await readdir(more))
    await cp(join(more, name), join(images, name), { recursive: true, force: false });
  const tick = await retrain();
  assert.deepEqual([tick.reasons, tick.version], [["data"], 2], tick.sentence);
  assert.ok((tick.look?.added ?? 0) >= 12, JSON.stringify(tick.look));
  const [before, after] = [await splitsOf(1), await splitsOf(2)];
  for (const [image, split] of before) assert.equal(after.get(image), split);
  assert.ok(after.size > before.size);
  const { data, paired } = await thawJson<DiffJson>(stack.folder, "diff", "shapes@1", "shapes@2");
  assert.deepEqual([data.same, data.added.count], [before.size, after.size - before.size]);
  assert.deepEqual([data.removed.count, data.relabelled.count, data.moved], [0, 0, []]);
  assert.equal(paired?.images, [...before.values()].filter((split) => split === "test").length);
  const { up } = await thawJson<LineageJson>(stack.folder, "lineage", "shapes@2");
  const [run] = up;
  assert.equal(run?.nodes?.find(({ relation }) => relation === "started-by")?.name, tick.workflowId);
  const dataset = run?.nodes?.find(({ kind }) => kind === "dataset");
  assert.equal(dataset?.nodes?.find(({ relation }) => relation === "keeps-splits-of")?.name, "shapes@1");
  const prove = (): Promise<ModelProof> =>
    thawJson(
      ...[stack.folder, "prove", "shapes@2", "--against", "1", "--rule", "not-worse", "--margin", "0.3"],
    );
  const proof = await prove();
  assert.equal(proof.learned, 0);
  assert.equal(proof.images, [...before.values()].filter((split) => split === "test").length);
  assert.equal(proof.seq, tick.proof, "the same question is answered by the same proof");
  assert.equal(tick.verdict, proof.promotable ? "promoted" : "not-proven", tick.sentence);
  const { steps } = await stack.session.temporal.workflow
    .getHandle(tick.workflowId)
    .query<RetrainState>(RETRAIN_STATE_QUERY);
  assert.ok(proof.newest?.record !== undefined, steps.join("\n"));
  const answers = await answersOf(proof);
  const isNewest = (digest: string): boolean => after.get(digest) === "test" && !before.has(digest);
  assert.deepEqual(answers, await predictedBy("shapes@1", isNewest));
  const { store } = stack.session;
  await store.client.removeObject(store.bucket, proof.newest.record);
  assert.deepEqual(await prove(), proof, "who proves asks it again, on this machine");
  assert.deepEqual(await answersOf(proof), answers);
});

/** What the version in use was asked: digests and classes, sorted. */
async function answersOf({ newest, model }: ModelProof): Promise<readonly string[]> {
  const found = await findAnswers(stack.session.store, newest?.record ?? "", { name: model, version: 1 });
  return (found?.answers ?? []).map(({ sha256, predicted }) => `${sha256} ${predicted}`).sort();
}

async function predictedBy(ref: string, isWanted: (digest: string) => boolean): Promise<readonly string[]> {
  const digests = new Map<string, string>();
  for (const entry of await readdir(images, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const digest = entry.isFile() ? await fileDigest(file) : "";
    if (isWanted(digest)) digests.set(file, digest);
  }
  assert.ok(digests.size > 0, "the test needs new images that are held out");
  const { predictions } = await thawJson<PredictJson>(stack.folder, "predict", ref, ...digests.keys());
  return predictions.map(({ path, label }) => `${digests.get(path)} ${label}`).sort();
}

test("other values in the run file are a reason of their own, and an image that goes is one", async () => {
  const plain = await retrain();
  assert.equal(plain.verdict, "unchanged", "a version is not trained twice, promoted or not");
  const settings = await retrain("--set", "head.epochs=11", "--set", "model.promote=never");
  assert.deepEqual([settings.reasons, settings.verdict], [["settings"], "left"], settings.sentence);
  const [folder = ""] = await readdir(images);
  const [gone = ""] = await readdir(join(images, folder));
  await rm(join(images, folder, gone));
  const asks = await thaw(["retrain", "--json", "--set", "head.epochs=11", "--set", "model.promote=ask"], {
    cwd: stack.folder,
  });
  const data = JSON.parse(asks.stdout) as Tick;
  assert.equal(asks.status, data.verdict === "waits" ? 3 : 0);
  assert.ok(data.reasons.includes("data") && data.look?.removed === 1, data.sentence);
  const run = (await readRun(stack.session.store, data.runId ?? "")) as RunResult;
  assert.equal(run.version, data.version);
});

test("with promote: ask a version waits for a person, and retraining ends; whoever approves makes it the champion", async () => {
  const { store } = stack.session;
  const asking = ["--set", "head.epochs=12", "--set", "model.promote=ask", "--set", "model.margin=0.9"];
  const terms = ["--set", "model.expires_after_days=3", "--set", "model.class_margin=0.99"];
  const { status, stdout } = await thaw(["retrain", "--json", ...asking, ...terms], { cwd: stack.folder });
  const tick = JSON.parse(stdout) as Tick;
  assert.deepEqual([status, tick.verdict], [3, "waits"], tick.sentence);
  const label = `shapes@${tick.version}`;
  assert.equal(tick.approval, `approve-shapes-v${tick.version}`);
  assert.ok(tick.sentence.includes(`\`thaw approve ${label}\` or \`thaw reject ${label}\``), tick.sentence);
  const again = await thaw(["retrain", "--json", "--force", ...asking, ...terms], { cwd: stack.folder });
  const second = JSON.parse(again.stdout) as Tick;
  assert.deepEqual([again.status, second.version, second.approval], [3, tick.version, tick.approval]);
  assert.match(second.sentence, /waits for a person, who is asked already/);
  const before = await newestDecision(store, "shapes", "champion");
  let waiting: readonly Approval[] = [];
  await until("it is listed", async () => {
    const { approvals } = await thawJson<{ approvals: Approval[] }>(stack.folder, "approvals", "shapes");
    waiting = approvals.filter(({ request }) => request.version === tick.version);
    return waiting.length === 1;
  });
  const [{ request, since, expires }] = waiting as [Approval];
  const run = (await readRun(store, tick.runId ?? "")) as RunResult;
  assert.equal(request.reportDigest, run.artifacts.report?.digest);
  assert.deepEqual(request.requestedBy, { workflowId: tick.workflowId, person: whoAmI() });
  assert.equal(request.inUse, before?.version);
  assert.equal(Date.parse(expires) - Date.parse(since), 3 * 86_400_000);
  const { outcome } = await thawJson<Approval>(stack.folder, "approve", label, "--note", "looked at");
  assert.equal(outcome?.state, "approved", outcome?.sentence);
  const { evidence, reportDigest, version, how } = (await newestDecision(store, "shapes", "champion")) ?? {};
  assert.deepEqual([version, how, reportDigest], [tick.version, "approved", request.reportDigest]);
  assert.match(evidence?.record ?? "", new RegExp(`proofs/0*${tick.proof}\\.json$`));
});

test("a look whose run fails leaves a record that says why, and exit code 1", async () => {
  const [folder = ""] = await readdir(images);
  for (const name of await readdir(join(images, folder)))
    await writeFile(join(images, folder, name), "no image");
  const { status, stdout } = await thaw(["retrain", "--json"], { cwd: stack.folder });
  assert.equal(status, 1);
  const tick = JSON.parse(stdout) as Tick;
  assert.equal(tick.verdict, "failed");
  assert.ok(tick.sentence.includes(folder), tick.sentence);
  const { ticks } = await thawJson<{ ticks: Tick[] }>(stack.folder, "models", "ticks", "shapes");
  assert.deepEqual(ticks[0], tick);
});
