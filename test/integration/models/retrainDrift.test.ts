/** Drift as a step of retraining, on real services: told in the look, in the report and by webhook; it hinders nothing. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import type { ThawEvent } from "../../../spec/notifications/event.js";
import type { ReportData } from "../../../spec/records/report.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import { reportSchema } from "../../../spec/schemas/records/report.js";
import { readArtifactFile, requireManifest } from "../../../store/artifacts/artifacts.js";
import { requireDrift } from "../../../store/records/drifts.js";
import { readModel, readRun } from "../../../store/records/records.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { type Receiver, startReceiver, verifies } from "../../support/notifications/receiver.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

const RUN_FILE = `
name: shapes
base: small
data: { path: images, test: 0.5, validation: 0.2 }
augment: { views: 1 }
head: { epochs: 5 }
recipe: extractor-only
evaluation: { folds: 0 }
model: { promote: never }
`;
const SHAPES = ["disc", "cross"] as const;
const KEY = `whsec_${randomBytes(32).toString("base64")}`;

let stack: Stack;
let receiver: Receiver;
let settings: string;
let images: string;
before(async () => {
  receiver = await startReceiver((response) => response.writeHead(204).end());
  settings = await mkdtemp(join(tmpdir(), "thaw-notifications-"));
  await writeFile(join(settings, "key"), KEY);
  const endpoint = `{ name: ops, url: "${receiver.url}", secret: "file:${settings}/key", allow_private: true }`;
  const shared = await sharedStack();
  stack = shared;
  await writeFile(shared.notifications, `endpoints:\n  - ${endpoint}\n`);
  images = await drawnImages(join(stack.folder, "images"), 40, SHAPES);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(async () => {
  await stack.close();
  await receiver.close();
  await rm(settings, { recursive: true, force: true });
});

const retrain = (...args: string[]): Promise<Tick> => thawJson<Tick>(stack.folder, "retrain", ...args);

/** Adds drawn pictures that nobody has seen, under names that begin with the prefix. */
async function add(prefix: string, seed: number, perClass: number, light = 1): Promise<void> {
  const drawn = await drawnImages(join(stack.folder, prefix), perClass, SHAPES, { seed });
  for (const shape of SHAPES)
    for (const name of await readdir(join(drawn, shape))) {
      const to = join(images, shape, `${prefix}-${name}`);
      if (light === 1) await cp(join(drawn, shape, name), to);
      else
        await sharp(join(drawn, shape, name))
          .linear(light, 0)
          .jpeg({ quality: 90 })
          .toFile(to);
    }
}

async function remove(prefix: string): Promise<void> {
  for (const shape of SHAPES)
    for (const name of await readdir(join(images, shape)))
      if (name.startsWith(prefix)) await rm(join(images, shape, name));
}

async function reportOf({ runId = "" }: Tick): Promise<{ html: string; data: ReportData }> {
  const { store } = stack.session;
  const ref = (await readRun(store, runId))?.artifacts.report ?? assert.fail("no report");
  const manifest = await requireManifest(store, ref);
  const [html, json] = await Promise.all(
    ["report.html", "report.json"].map((name) => readArtifactFile(store, manifest, name)),
  );
  const data = reportSchema.parse(JSON.parse(String(json))) as ReportData;
  return { html: String(html), data };
}

/** Of the question and of the run, as the server was told. */
async function prioritiesIn(workflowId: string): Promise<readonly unknown[]> {
  const { events } = await stack.session.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap((event) => {
    const asked = event.activityTaskScheduledEventAttributes;
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (asked?.activityId !== "drift" && child?.workflowType?.name !== "transferLearning") return [];
    const { priorityKey, fairnessKey } = (asked ?? child)?.priority ?? {};
    return [[asked?.activityId ?? child?.workflowId, priorityKey, fairnessKey]];
  });
}

const eventsOf = (type: ThawEvent["type"]) =>
  receiver.received.filter(({ body }) => (JSON.parse(body) as { type: string }).type === type);

test("where no version is in use there is nothing to compare with, and the report says nothing of new images", async () => {
  const tick = await retrain();
  assert.deepEqual([tick.reasons, tick.version, tick.drift], [["first"], 1, undefined], tick.sentence);
  const { html, data } = await reportOf(tick);
  assert.equal(data.drift, undefined);
  assert.doesNotMatch(html, /new-images/);
  const { status, stderr } = await thaw(["promote", "shapes@1"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
});

test("new images of the same kind look the same, and nobody is told", async () => {
  await add("alike", 2, 30);
  const tick = await retrain();
  assert.deepEqual([tick.drift?.version, tick.drift?.verdict], [1, "same"], tick.drift?.sentence);
  assert.deepEqual([tick.drift?.compared, tick.drift?.newest], [60, []]);
  assert.equal(tick.version, 2, tick.sentence);
  const { run, lineage, seconds = 0 } = tick.usage?.drift ?? {};
  assert.deepEqual([run, lineage, seconds > 0], [tick.workflowId, tick.workflowId, true]);
  const log = await thaw(["logs", tick.workflowId], { cwd: stack.folder });
  assert.match(log.stdout, /drift.*done: looks the same/, log.stderr);
  assert.deepEqual(await prioritiesIn(tick.workflowId), [
    ["drift", 2, "shapes"],
    [tick.runId, 3, "shapes"],
  ]);
  const { html, data } = await reportOf(tick);
  assert.equal(data.drift?.sentence, tick.drift?.sentence);
  assert.match(html, /<div id="new-images"[\s\S]*The verdict: <strong>looks the same/);
});

test("a look at images that did not change compares nothing", async () => {
  const tick = await retrain();
  assert.deepEqual([tick.verdict, tick.drift], ["unchanged", undefined], tick.sentence);
  assert.deepEqual(eventsOf("model.drifted"), []);
});

test("dark images are told: in the look, by webhook before the training is over, in the report with pictures", async () => {
  await remove("alike");
  await add("dark", 3, 30, 0.3);
  const tick = await retrain();
  const drift = tick.drift ?? assert.fail("no drift");
  assert.ok(["different", "may-hurt"].includes(drift.verdict ?? ""), drift.sentence);
  assert.equal(drift.compared, 60);
  assert.ok(
    drift.causes?.some((cause) => /bright/.test(cause)),
    drift.causes?.join(),
  );
  assert.ok(
    drift.newest?.every((path) => /^(disc|cross)\/dark-/.test(path)),
    drift.newest?.join(),
  );
  assert.equal(tick.verdict, "left", "it trains as it would have");

  const { store } = stack.session;
  const record = await requireDrift(store, drift.record ?? assert.fail("no record"));
  assert.deepEqual([record.sentence, record.model], [drift.sentence, { name: "shapes", version: 1 }]);
  assert.equal(record.source, tick.look?.source);

  const [event] = eventsOf("model.drifted");
  assert.ok(event !== undefined && verifies(event, KEY));
  const { data } = JSON.parse(event.body) as { data: ThawEvent };
  assert.deepEqual([data.model, data.version, data.workflowId], ["shapes", 1, tick.workflowId]);
  assert.equal(data.sentence, `new images against shapes@1: ${drift.sentence}`);
  await until("the end is told, too", () => eventsOf("retraining.finished").length > 1);
  assert.equal(eventsOf("model.drifted").length, 1);
  const types = receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  assert.ok(types.indexOf("model.drifted") < types.lastIndexOf("retraining.finished"), types.join());

  const report = await reportOf(tick);
  assert.equal(report.data.drift?.newest.length, 12);
  for (const { path } of report.data.drift?.newest ?? [])
    assert.match(report.data.thumbnails[path] ?? "", /^data:image\/webp;base64,/, path);
  const section = /<div id="new-images"[\s\S]*?<\/section>/.exec(report.html)?.[0] ?? "";
  assert.equal(section.match(/<img class="thumb" src="data:image\/webp/g)?.length, 12);

  const { stdout } = await thaw(["models", "ticks", "shapes"], { cwd: stack.folder });
  assert.match(stdout.replace(/\s+/g, " "), /new images: (looks different|may hurt)/);
});

test("nothing is compared where the run file says so", async () => {
  await add("few", 4, 1);
  const off = await retrain("--set", "model.drift=false");
  assert.deepEqual([off.reasons.includes("data"), off.drift], [true, undefined], off.sentence);
});

test("where the images that it was evaluated on are gone that is said, and the retraining goes on", async () => {
  const { store } = stack.session;
  const ingest = (await readModel(store, "shapes", 1))?.artifacts.ingest ?? assert.fail();
  const { files } = await requireManifest(store, ingest);
  const packs = files.filter(({ name }) => name.startsWith("pack-"));
  assert.ok(packs.length > 0);
  for (const { digest } of packs)
    await store.client.removeObject(store.bucket, `objects/${digest.slice(0, 2)}/${digest}`);
  await add("more", 5, 15);
  const tick = await retrain();
  assert.equal(tick.drift?.verdict, undefined);
  assert.match(tick.drift?.sentence ?? "", /^it could not be told: /);
  assert.equal(tick.drift?.version, 1);
  assert.ok((tick.version ?? 0) > 1 && tick.verdict === "left", tick.sentence);
  assert.equal((await reportOf(tick)).data.drift, undefined);
});
