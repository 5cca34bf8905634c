/** The training worker's clock jumps an hour ahead and back while a stage trains. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { LiveStage, RunResult } from "../../../spec/pipeline/run.js";
import type { StageSummary } from "../../../spec/records/training.js";
import { requireManifest } from "../../../store/artifacts/artifacts.js";
import { listNames } from "../../../store/json.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { engineOf, isTraining, slowDown, waitForStage } from "../../support/services/faults.js";
import { serviceVariables } from "../../support/services/serviceVariables.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

/** Of Debian's package `faketime`. */
const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
/** The stage after the head is kept whatever it learns, and so its weights are its own. */
const RUN_FILE = `
name: jumping
base: tiny
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: 2 }
unfreeze: { stages: [layer2], gate: { rule: always }, epochs: 150, patience: 150, batch_size: 8 }
evaluation: { folds: 0 }
`;
const STAGE = "tune-1";
/** Longer than the stages' heartbeat timeout; then back for the time of several checkpoints. */
const JUMPS = [
  ["+1h", 11],
  ["+0", 3],
] as const;
/** A step is so short that the stage need not be long for it. */
const REST_MS = 3_000;

let stack: Stack;
let clock: string;
let trainer: ChildProcess;
const workers: ChildProcess[] = [];
const isHere = existsSync(LIBRARY);
before(async () => {
  if (!isHere) return;
  stack = await sharedServices();
  await registerTinyBase(stack);
  await smallImageSet(join(stack.folder, "images"), 6);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  clock = join(stack.folder, "clock");
  await setClock("+0");
  startWorker("control", {});
  trainer = startWorker("training", {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_CACHE_DURATION: "1",
    // As a real jump: what counts since the machine's start goes on.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    THAW_CHECKPOINT_SECONDS: "1",
  });
});
after(async () => {
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, "exit")));
  await stack?.close();
});

function startWorker(name: "control" | "training", env: Readonly<Record<string, string>>): ChildProcess {
  const script = fileURLToPath(new URL(`../../../worker/${name}.js`, import.meta.url));
  const surroundings = { ...process.env, ...serviceVariables(stack), ...env, THAW_PROJECT: stack.project };
  const worker = spawn(process.execPath, [script], { env: surroundings, stdio: "ignore" });
  workers.push(worker);
  return worker;
}

const isBeyond =
  (step: number) =>
  ({ state, progress }: LiveStage): boolean =>
    state !== "running" || (progress?.step ?? 0) > step;

const setClock = (offset: string): Promise<void> => writeFile(clock, `${offset}\n`);

async function command(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await thaw(args, { cwd: stack.folder });
  assert.equal(status, 0, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Of a stage that was kept: of one that was rolled back they are the head's. */
async function weightsOf(runId: string): Promise<string | undefined> {
  const { result } = JSON.parse(
    (await command("watch", runId, "--json")).trim().split("\n").at(-1) ?? "",
  ) as {
    result: RunResult;
  };
  const { files, summary } = await requireManifest(
    stack.session.store,
    result.artifacts[STAGE] as ArtifactRef,
  );
  assert.equal((summary as StageSummary).kept, true);
  return files.find(({ name }) => name === "weights.safetensors")?.digest;
}

test("a stage trains through jumps of the clock, in one attempt, to the same weights", async (t) => {
  if (!isHere) return t.skip(`there is no ${LIBRARY}: apt-get install faketime`);
  const { runId } = JSON.parse(await command("run", "--json", "--detach")) as { runId: string };
  await waitForStage(stack, runId, STAGE, ({ state }) => state === "running");
  const engine = engineOf(trainer.pid ?? 0);
  assert.ok(engine !== undefined);
  // From its beginning on: it would be over soon.
  const atFullSpeed = slowDown(engine);
  await waitForStage(stack, runId, STAGE, isTraining);
  atFullSpeed();
  // The stage is to last through the jumps, whose length is that of the heartbeat timeout.
  const goOn = slowDown(engine, REST_MS);
  for (const [offset, seconds] of JUMPS) {
    const { progress: before } = await waitForStage(stack, runId, STAGE, () => true);
    await setClock(offset);
    await sleep(seconds * 1000);
    const at = await waitForStage(stack, runId, STAGE, isBeyond(before?.step ?? 0));
    t.diagnostic(`step ${at.progress?.step ?? "last"} at ${offset}`);
  }
  goOn();
  const { attempt = 1 } = await waitForStage(stack, runId, STAGE, () => true);
  assert.equal(attempt, 1);
  const jumped = await weightsOf(runId);
  assert.ok(jumped !== undefined);
  assert.deepEqual(await listNames(stack.session.store, "checkpoints/"), []);

  const again = JSON.parse(await command("resume", runId, "--from", STAGE, "--json")) as {
    runId: string;
  };
  assert.equal(await weightsOf(again.runId), jumped);
});
