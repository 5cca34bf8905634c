/** Steering by the command line, with the real engine at the far end. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { getRun } from "../../../client/runs/watch.js";
import type { ServiceName } from "../../../runtime/services/names.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { StageSummary } from "../../../spec/records/training.js";
import type { SteerRecord } from "../../../spec/steering/steering.js";
import { type ArtifactManifest, requireManifest } from "../../../store/artifacts/artifacts.js";
import { listNames } from "../../../store/json.js";
import { readRun } from "../../../store/records/records.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { isComputing, servicePid, slowEngine, waitForStage } from "../../support/services/faults.js";
import { disturbedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { checkpointsFromNow } from "../../support/store/checkpoints.js";
import { until } from "../../support/until.js";

/** More epochs than anybody waits for: the stage ends because it is told to. */
const RUN_FILE = `
name: steered
base: tiny
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: 2 }
unfreeze: { stages: [layer2], epochs: 100000, patience: 100000 }
evaluation: { folds: 0 }
`;
const STAGE = "tune-1";
const PATIENCE_MS = 120_000;

let stack: Stack;
let checkpoints: () => Promise<string[]>;
before(async () => {
  stack = await disturbedStack();
  checkpoints = await checkpointsFromNow(stack.session.store);
  await smallImageSet(join(stack.folder, "images"), 6);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

async function command(...args: string[]): Promise<string> {
  const { status: exit, stdout, stderr } = await thaw(args, { cwd: stack.folder });
  assert.equal(exit, 0, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function start(seed: number): Promise<string> {
  const { runId } = JSON.parse(await command("run", "--json", "--detach", "--set", `seed=${seed}`)) as {
    runId: string;
  };
  await waitForStage(stack, runId, STAGE, isComputing);
  return runId;
}

async function steering(runId: string): Promise<readonly SteerRecord[]> {
  return (await getRun(stack.session, runId)).control?.commands ?? [];
}

const placeOf = ({ applied }: SteerRecord): number => 1000 * (applied?.epoch ?? 0) + (applied?.step ?? 0);

async function pidOf(name: ServiceName): Promise<number> {
  return (await servicePid(stack, name)) ?? assert.fail(`${name} runs`);
}

const tuned = (ref: ArtifactRef | undefined): Promise<ArtifactManifest> => {
  assert.ok(ref !== undefined);
  return requireManifest(stack.session.store, ref);
};

test("set, pause, unpause and stop reach the engine; summary, key and record say what was done", async () => {
  const runId = await start(1);
  // It has nothing to get done meanwhile.
  const { goOn } = await slowEngine(stack);
  await command("set", runId, "learning_rate=0.5x", "patience=4000");
  await command("pause", runId);
  const paused = await waitForStage(
    stack,
    runId,
    STAGE,
    ({ state, note }) => state === "paused" && note !== undefined,
  );
  const [set, pause] = await steering(runId);
  assert.ok(set !== undefined && pause !== undefined);
  assert.equal(set.state, "applied");
  assert.ok(placeOf(set) > 0 && placeOf(pause) >= placeOf(set), JSON.stringify([set, pause]));
  const { epoch, step } = pause.applied ?? {};
  assert.ok(paused.note?.startsWith(`at epoch ${epoch}, step ${step}, since `), paused.note);
  const log = await command("logs", runId, "--stage", STAGE);
  assert.match(log, new RegExp(`PAUSED: the stage stopped for a pause at epoch ${epoch}, step ${step}`));

  await command("unpause", runId);
  await waitForStage(stack, runId, STAGE, isComputing);
  await command("stop", runId, "--keep-best");
  goOn();
  await command("watch", runId, "--json");
  const record = await readRun(stack.session.store, runId);
  const told = record?.steering ?? [];
  assert.deepEqual(
    told.map(({ command: { kind }, state, stage }) => [kind, state, stage]),
    [
      ["set", "applied", STAGE],
      ["pause", "applied", STAGE],
      ["unpause", "applied", STAGE],
      ["finish", "applied", STAGE],
    ],
  );
  const { summary, parameters } = await tuned(record?.artifacts[STAGE]);
  const { changes = [], resumed = [], history, bestEpoch } = summary as StageSummary;
  assert.deepEqual(
    changes.map(({ seq, epoch: at, step: next, learningRate, patience, finish }) => [
      1000 * (at + 1) + next + 1,
      { seq, learningRate, patience, finish },
    ]),
    [
      [placeOf(set), { seq: 1, learningRate: 0.5, patience: 4000, finish: undefined }],
      [
        placeOf(told.at(-1) as SteerRecord),
        { seq: 4, learningRate: undefined, patience: undefined, finish: true },
      ],
    ],
  );
  assert.deepEqual(
    resumed,
    [{ epoch: (epoch ?? 0) - 1, step: (step ?? 0) - 1 }],
    "it went on where it stood",
  );
  assert.ok(history.length < 5000 && bestEpoch <= history.length);
  assert.deepEqual(parameters.changes, changes, "part of the key");
  // A store that is slow may have one on its way still.
  await until("its checkpoints are removed", async () => (await checkpoints()).length === 0);
});

test("a steered stage whose worker dies after the commit and before its answer is not trained again", async () => {
  const runId = await start(2);
  const temporal = await pidOf("temporal");
  const before = new Set(await listNames(stack.session.store, "artifacts/tune/"));
  // It is not through with the stage before the server is away.
  const { goOn } = await slowEngine(stack);
  await command("stop", runId, "--keep-best");
  // The answer cannot arrive, and the artifact is committed all the same.
  process.kill(temporal, "SIGSTOP");
  goOn();
  const made: string[] = [];
  try {
    for (const deadline = Date.now() + PATIENCE_MS; made.length === 0; await sleep(50)) {
      assert.ok(Date.now() < deadline, "no artifact came");
      const names = await listNames(stack.session.store, "artifacts/tune/");
      made.push(...names.filter((name) => !before.has(name)));
    }
    process.kill(await pidOf("training-worker"), "SIGKILL");
  } finally {
    // Another takes its place: this one would still find the worker's answer on its connection.
    process.kill(temporal, "SIGKILL");
  }
  await command("watch", runId, "--json");
  const record = await readRun(stack.session.store, runId);
  const { key, summary } = await tuned(record?.artifacts[STAGE]);
  assert.deepEqual(made, [`artifacts/tune/${key}/manifest.json`]);
  const names = await listNames(stack.session.store, "artifacts/tune/");
  assert.deepEqual(
    names.filter((name) => !before.has(name)),
    made,
    "one artifact, and no other",
  );
  assert.equal((summary as StageSummary).changes?.at(-1)?.finish, true);
  const { stages } = await getRun(stack.session, runId);
  assert.equal(stages.find(({ name }) => name === STAGE)?.state, "cached");
});
