/** A work folder without room: what must be written waits for some, training goes on without checkpoints. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { status } from "../../../runtime/services/status.js";
import { listNames } from "../../../store/json.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { waitForStage } from "../../support/services/faults.js";
import { type Stack, startStack } from "../../support/services/stack.js";
import { type SmallDisk, smallDisk } from "../../support/smallDisk.js";

const RUN_FILE = `
name: cramped
base: small
data: { path: images }
recipe: staged
augment: { views: 4 }
head: { epochs: 2 }
unfreeze: { stages: [blocks.6], epochs: 2, patience: 2 }
evaluation: { folds: 0 }
`;
/** Its checkpoint, of which the work folder has a copy. */
const BASE = 18_400;
/** The images fit, the features of their 174 views (of 5 kB) do not; activations give way. */
const TOO_SMALL = BASE + 800;
/** All files of the run fit, a checkpoint (16 MB) does not. */
const NO_CHECKPOINTS = BASE + 14_000;

let stack: Stack;
let disk: SmallDisk | undefined;
const endings: (() => Promise<void>)[] = [];
before(async () => {
  // After each step: there are few.
  process.env.THAW_CHECKPOINT_SECONDS = "0.01";
  stack = await startStack({ workers: true, smallBase: true });
  await smallImageSet(join(stack.folder, "images"), 6);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  const ending = { after: (action: () => Promise<void>) => void endings.push(action) };
  disk = await smallDisk(ending, TOO_SMALL, stack.session.platform.workFolder);
});
after(async () => {
  await Promise.all(endings.map((end) => end()));
  await stack.close();
});

test("a stage without room says where, and is tried again until there is; training goes on without checkpoints", async (t) => {
  if (disk === undefined) return t.skip("this user cannot mount a tmpfs");
  const { folder } = disk;
  const { status: exit, stdout, stderr } = await thaw(["run", "--json", "--detach"], { cwd: stack.folder });
  assert.equal(exit, 0, stderr);
  const { runId } = JSON.parse(stdout) as { runId: string };
  const features = await waitForStage(
    stack,
    runId,
    "features",
    ({ lastFailure }) => lastFailure !== undefined,
  );
  assert.match(
    features.lastFailure ?? "",
    new RegExp(`the disk of ${folder}.* is full: what features writes`),
  );
  const explained = await thaw(["explain", runId], { cwd: stack.folder });
  assert.match(explained.stdout, /is full: what features writes does not fit/);

  disk.resize(NO_CHECKPOINTS);
  const watched = await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  assert.equal(watched.status, 0, watched.stderr);
  const { stdout: log } = await thaw(["logs", runId, "--stage", "tune-1"], { cwd: stack.folder });
  assert.match(
    log,
    /training goes on without a checkpoint: the disk of .* is full: a checkpoint does not fit/,
  );
  const { services } = await status(stack.folder);
  assert.ok(
    services.every(({ running, restarts }) => running && restarts === 0),
    JSON.stringify(services),
  );
  assert.deepEqual(await readdir(join(folder, "attempts")), [], "nothing half written is left");
  assert.deepEqual(await listNames(stack.session.store, "checkpoints/"), []);
});
