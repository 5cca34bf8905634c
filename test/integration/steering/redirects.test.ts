/** What a run's later attempts find of an earlier one that went another way: half the batch, or a steered stage. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { withinMemory } from "../../../activities/heavy/outOfMemory.js";
import { findArtifact } from "../../../activities/light/findArtifact.js";
import { ThawError } from "../../../spec/errors.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { planStages } from "../../../spec/pipeline/stages.js";
import type { Progress } from "../../../spec/records/training.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { commitArtifact } from "../../../store/artifacts/artifacts.js";
import { stageKey } from "../../../store/artifacts/keys.js";
import { writeRedirect } from "../../../store/artifacts/redirects.js";
import type { Store } from "../../../store/connection/connection.js";
import { type StoreStack, sharedStore } from "../../support/services/storeStack.js";

const ENGINE = "an engine fingerprint";

let stack: StoreStack;
let store: Store;
before(async () => {
  stack = await sharedStore();
  ({ store } = stack);
});
after(() => stack.close());

function requestOf(runId: string, set: object = {}): StageRequest {
  const file = runFileSchema.parse({ name: "m", data: { path: "images" }, ...set });
  const stage = planStages(file).find(({ name }) => name === "tune-1");
  assert.ok(stage !== undefined);
  const input = { kind: "ingest", key: "a".repeat(64), digest: "b".repeat(64) };
  return { run: { runId, file, dataPath: "/images", thawVersion: "" }, stage, inputs: { ingest: input } };
}

const keyOf = ({ stage }: StageRequest): string => stageKey(stage, { ingest: "b".repeat(64) }, ENGINE);
const outOfMemory = (): ThawError => new ThawError("OUT_OF_MEMORY", "memory ran out");

/** One attempt. @param ends what becomes of each try, in order. @returns the batches that were tried, and the end */
async function attempt(request: StageRequest, ...ends: (Error | "made")[]) {
  const batches: number[] = [];
  const said: Progress[] = [];
  const key = keyOf(request);
  let restarts = 0;
  const policy = {
    store,
    request,
    key,
    images: 1000,
    keyOf,
    report: (news: Progress) => said.push(news),
    outOfMemory: () => restarts++,
  };
  const end = await withinMemory(policy, async ({ run }) => {
    const next = ends[batches.length] ?? assert.fail("one try too many");
    batches.push(run.file.unfreeze.batch_size);
    if (next !== "made") throw next;
    return next;
  }).catch((error: unknown) => error);
  assert.equal(restarts, said.length);
  return { batches, end, said: said.map(({ phase }) => phase) };
}

test("an attempt after one that went over to half the batch begins there; other runs begin at the whole", async () => {
  const request = requestOf("first");
  const killed = new ThawError("ENGINE_FAILED", "the training process ended by SIGKILL");
  assert.deepEqual(await attempt(request, outOfMemory(), killed), {
    batches: [32, 16],
    end: killed,
    said: ["memory ran out at batch 32: from the start at batch 16"],
  });
  assert.deepEqual(await attempt(request, "made"), { batches: [16], end: "made", said: [] });
  assert.deepEqual((await attempt(requestOf("second"), "made")).batches, [32]);
});

test("there is one second try, and none where the run file forbids it", async () => {
  const twice = await attempt(requestOf("third"), outOfMemory(), outOfMemory());
  assert.deepEqual(twice.batches, [32, 16]);
  assert.ok(twice.end instanceof ThawError);
  assert.equal(twice.end.message, "memory ran out at a batch of 32, and again at 16");
  assert.deepEqual([twice.end.code, twice.end.retryable], ["OUT_OF_MEMORY", false]);
  const forbidden = await attempt(requestOf("fourth", { on_out_of_memory: "fail" }), outOfMemory());
  assert.deepEqual(forbidden.batches, [32]);
  const single = requestOf("fifth", { unfreeze: { batch_size: 1 } });
  assert.deepEqual((await attempt(single, outOfMemory(), "made")).batches, [1, 1]);
});

test("the run that made a stage under another key finds it, and no other run does", async () => {
  const request = requestOf("steered");
  const stage = { ...request.stage, parameters: { ...request.stage.parameters, changes: [{ seq: 1 }] } };
  const steered = stageKey(stage, { ingest: "b".repeat(64) }, ENGINE);
  const dependencies = { store, engineFingerprint: ENGINE, workFolder: stack.folder };
  await writeRedirect(store, "steered", keyOf(request), { key: steered, why: "steered" });
  assert.equal(await findArtifact(dependencies, request), undefined, "nothing is committed yet");
  const folder = join(stack.folder, "made");
  await mkdir(folder);
  await writeFile(join(folder, "weights"), "some weights");
  const { manifest } = await commitArtifact(store, {
    kind: "tune",
    key: steered,
    parameters: stage.parameters,
    inputs: {},
    summary: { kept: true, verdict: "kept" },
    engine: ENGINE,
    seconds: 1,
    files: { weights: join(folder, "weights") },
  });
  const found = await findArtifact(dependencies, request);
  assert.ok(found !== undefined && "artifact" in found);
  assert.equal(found.artifact.digest, manifest.digest);
  assert.equal(await findArtifact(dependencies, requestOf("another")), undefined);
});
