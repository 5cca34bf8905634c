/** Whole runs on images that the workers cannot see on their disk: uploaded, and in a bucket. */
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { uploadImages } from "../../../client/images/upload.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { startRun } from "../../../client/runs/start.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { fillBucket } from "../../support/services/bucket.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

const PER_CLASS = 12;
const runFile = (path: string): string => `
name: remote
base: small
data: { path: "${path}" }
recipe: extractor-only
augment: { views: 1 }
head: { epochs: 5 }
evaluation: { folds: 0 }
`;

let stack: Stack;
let folder: string;
before(async () => {
  stack = await sharedStack();
  folder = await smallImageSet(join(stack.folder, "images"), PER_CLASS);
  await writeFile(join(stack.folder, "thaw.yaml"), runFile("images"));
  await writeFile(join(stack.folder, "bucket.yaml"), runFile("s3://photos/ours"));
});
after(() => stack.close());

interface Shown {
  readonly runId: string;
  readonly stages: readonly { readonly name: string; readonly state: string }[];
}
/** Report and registration are of the run, not of its images alone. */
const STAGES = ["features", "recipe", "head", "evaluate"];
const stateOf = ({ stages }: Shown, name: string) => stages.find((stage) => stage.name === name)?.state;

let uploaded: string;

test("a run finds its uploaded images in the store alone", async () => {
  const { store, platform } = stack.session;
  const { digest } = await uploadImages(store, folder, platform.workFolder, {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const file = parseRunFile(runFile("images"), "thaw.yaml", []);
  const request = { file, dataPath: "/on/another/machine", upload: digest };
  ({ runId: uploaded } = await startRun(stack.session, request));
  const { status, stdout, stderr } = await thaw(["watch", uploaded, "--json"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const view = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Shown;
  assert.equal(stateOf(view, "ingest"), "done");
  const log = await thaw(["logs", uploaded, "--stage", "ingest"], { cwd: stack.folder });
  assert.match(log.stdout, /fetching images/);
});

test("a run on the folder itself, uploaded or not, finds all of its stages", async () => {
  const plan = await thawJson<{ stages: { action: string }[] }>(stack.folder, "plan");
  assert.deepEqual([...new Set(plan.stages.map(({ action }) => action))].sort(), ["reuse", "skip"]);
  const { status, stdout, stderr } = await thaw(["run", "--upload", "--json"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^The \d+ images are in the store already$/m);
  const view = JSON.parse(stdout) as Shown;
  for (const name of ["ingest", ...STAGES]) assert.equal(stateOf(view, name), "cached", name);
});

test("a run on the same images in a bucket reads them once, and finds the stages after ingest", async () => {
  await fillBucket(stack.session.store, "photos", "ours/", folder);
  const first = await thawJson<Shown>(stack.folder, "run", "bucket.yaml");
  assert.equal(stateOf(first, "ingest"), "done");
  for (const name of STAGES) assert.equal(stateOf(first, name), "cached", name);
  const second = await thawJson<Shown>(stack.folder, "run", "bucket.yaml");
  assert.equal(stateOf(second, "ingest"), "cached");
});

test("a run on uploaded images is resumed without the machine that had them", async () => {
  await rm(folder, { recursive: true });
  const resumed = await thawJson<{ stages: { action: string }[] }>(
    stack.folder,
    "resume",
    uploaded,
    "--dry-run",
  );
  assert.deepEqual([...new Set(resumed.stages.map(({ action }) => action))].sort(), ["reuse", "skip"]);
});
