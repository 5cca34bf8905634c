/** Uploads of checkpoints: one at a time, the newest wins, and a store that fails is tried again. */
import assert from "node:assert/strict";
import { access, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  checkpointUploads,
  type UploadHooks,
  whenSettled,
} from "../../../activities/heavy/checkpointUploads.js";
import type { WrittenCheckpoint } from "../../../spec/engine/job.js";
import { ThawError } from "../../../spec/errors.js";

async function written(context: TestContext, count: number): Promise<WrittenCheckpoint[]> {
  const parent = await mkdtemp(join(tmpdir(), "thaw-uploads-"));
  context.after(() => rm(parent, { recursive: true, force: true }));
  const folders = Array.from({ length: count }, (_, i) => join(parent, String(i)));
  await Promise.all(folders.map((folder) => mkdir(folder)));
  return folders.map((folder, step) => ({
    folder,
    position: { epoch: 0, step },
    steered: false,
    seconds: 0.1,
  }));
}

const exists = (checkpoint: WrittenCheckpoint | undefined): Promise<boolean> =>
  access(checkpoint?.folder ?? "").then(
    () => true,
    () => false,
  );

/** Uploads that end when they are let go, in order. */
function gated(failures: Error[] = [], hooks: Partial<UploadHooks> = {}) {
  const begun: number[] = [];
  const gates: (() => void)[] = [];
  const reported: unknown[] = [];
  const uploads = checkpointUploads({
    put: async ({ position }) => {
      begun.push(position.step);
      await new Promise<void>((resolve) => gates.push(resolve));
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    },
    onRefused: (error) => reported.push(error),
    onFailure: (error) => reported.push(error),
    retryMs: 1,
    ...hooks,
  });
  const letGo = async (): Promise<void> => {
    while (gates.length === 0) await new Promise((resolve) => setImmediate(resolve));
    gates.shift()?.();
  };
  return { uploads, begun, reported, letGo };
}

test("while one is uploaded only the newest of those that come waits", async (context) => {
  const [first, second, third] = await written(context, 3);
  const { uploads, begun, letGo } = gated();
  for (const checkpoint of [first, second, third]) uploads.add(checkpoint as WrittenCheckpoint);
  assert.deepEqual(begun, [0]);
  await letGo();
  await letGo();
  await uploads.settled();
  assert.deepEqual(begun, [0, 2]);
  assert.deepEqual(await Promise.all([first, second, third].map(exists)), [false, false, true]);
});

test("a store that fails is tried again with the newest, and that is said", async (context) => {
  const [first, second] = await written(context, 2);
  const failure = new ThawError("STORE_UNREACHABLE", "it does not answer");
  const { uploads, begun, reported, letGo } = gated([failure, failure]);
  uploads.add(first as WrittenCheckpoint);
  await letGo();
  await letGo();
  uploads.add(second as WrittenCheckpoint);
  await letGo();
  await uploads.settled();
  assert.deepEqual(begun.slice(0, 2), [0, 0]);
  assert.equal(begun.at(-1), 1);
  assert.deepEqual(reported, [failure, failure]);
});

test("a fenced attempt uploads nothing any more", async (context) => {
  const [first, second] = await written(context, 2);
  const fenced = new ThawError("FENCED", "a later attempt has begun");
  const { uploads, begun, reported, letGo } = gated([fenced]);
  uploads.add(first as WrittenCheckpoint);
  await letGo();
  await uploads.settled();
  uploads.add(second as WrittenCheckpoint);
  await uploads.settled();
  assert.deepEqual(begun, [0]);
  assert.deepEqual(reported, [fenced]);
});

test("a store that refuses for good ends the uploads at once", async (context) => {
  const [first, second] = await written(context, 2);
  const denied = new ThawError("STORE_DENIED", "the key may not write");
  const { uploads, begun, letGo } = gated([denied], {
    onRefused: (error) => assert.equal(error, denied),
    onFailure: () => assert.fail("it is not tried again"),
  });
  uploads.add(first as WrittenCheckpoint);
  await letGo();
  await uploads.settled();
  uploads.add(second as WrittenCheckpoint);
  await uploads.settled();
  assert.deepEqual(begun, [0]);
});

test("what follows a late upload is done when it has ended, and says what it failed with", async (context) => {
  const [only] = await written(context, 1);
  const { uploads, letGo } = gated();
  uploads.add(only as WrittenCheckpoint);
  uploads.close();
  const heard: string[] = [];
  const done = new Promise<void>((resolve) => {
    const failing = async (): Promise<void> => {
      heard.push("removed");
      throw new Error("the store is away");
    };
    whenSettled(uploads, failing, (error) => {
      heard.push((error as Error).message);
      resolve();
    });
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(heard, []);
  await letGo();
  await done;
  assert.deepEqual(heard, ["removed", "the store is away"]);
});
