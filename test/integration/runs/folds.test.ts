/** Cross-validation as stages of a run: a small set gets it by itself, and a killed run goes on at the next fold. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Worker } from "@temporalio/worker";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { ReportData } from "../../../spec/records/report.js";
import { thaw } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { currentBundle } from "../../support/services/currentBundle.js";
import { isComputing, slowEngine, waitForStage } from "../../support/services/faults.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

const FOLDS = ["fold-1", "fold-2", "fold-3", "fold-4", "fold-5"];

interface View {
  readonly stages: readonly { readonly name: string; readonly state: string; readonly note?: string }[];
  readonly result?: RunResult;
}

let stack: Stack;
before(async () => {
  stack = await sharedStack();
});
after(() => stack.close());

test("twenty images: no fine-tuning, five folds of the head, and a killed fold costs an attempt of that fold", async () => {
  const cwd = stack.folder;
  await drawnImages(join(cwd, "images"), 10, ["disc", "star"]);
  await writeFile(
    join(cwd, "thaw.yaml"),
    `name: shapes\nbase: small\ndata: { path: images }\naugment: { views: 2 }\nhead: { epochs: 300, patience: 300 }\nunfreeze: { stages: [top] }\n`,
  );
  const plan = async (): Promise<Map<string, string>> => {
    const { status, stdout, stderr } = await thaw(["plan", "--json"], { cwd });
    assert.equal(status, 0, stderr);
    const { stages } = JSON.parse(stdout) as { stages: { name: string; action: string }[] };
    return new Map(stages.map(({ name, action }) => [name, action]));
  };
  const planned = await plan();
  for (const name of FOLDS) assert.equal(planned.get(name), "maybe", name);

  const started = await thaw(["run", "--json", "--detach"], { cwd });
  assert.equal(started.status, 0, started.stderr);
  const { runId } = JSON.parse(started.stdout) as { runId: string };
  await waitForStage(stack, runId, "head", ({ state }) => state !== "waiting");
  // The second fold is seen then while it trains, on a machine of any speed.
  const { pid } = await slowEngine(stack);
  await waitForStage(stack, runId, "fold-2", isComputing);
  process.kill(pid, "SIGKILL");
  const end = await thaw(["watch", runId, "--json"], { cwd });
  assert.equal(end.status, 0, end.stderr);
  const { stages, result } = JSON.parse(end.stdout.trim().split("\n").at(-1) ?? "") as View;
  const states = new Map(stages.map((stage) => [stage.name, stage]));
  assert.equal(states.get("tune-1")?.state, "skipped");
  for (const name of FOLDS) {
    assert.equal(states.get(name)?.state, "done", name);
    assert.match(states.get(name)?.note ?? "", /^4 held out: head [\d.]+ %, final [\d.]+ %$/);
  }
  assert.match(states.get("evaluate")?.note ?? "", /^5 folds [\d.]+ %/);
  assert.equal(result?.folds?.count, 5);
  assert.equal(result?.folds?.images, 20);
  // Hemlock and cherry trees differ by colour alone: far above chance, which is a half.
  assert.ok((result?.folds?.accuracy ?? 0) > 0.7, `accuracy ${result?.folds?.accuracy}`);
  assert.equal(result?.folds?.accuracy, result?.folds?.headAccuracy);

  const history = await stack.session.temporal.workflow.getHandle(runId).fetchHistory();
  const events = history.events ?? [];
  const attempts = new Map<string, number>();
  for (const event of events) {
    const scheduled = event.activityTaskStartedEventAttributes;
    if (!scheduled) continue;
    const cause = events.find(({ eventId }) => String(eventId) === String(scheduled.scheduledEventId));
    attempts.set(
      cause?.activityTaskScheduledEventAttributes?.activityId ?? "",
      Number(scheduled.attempt ?? 1),
    );
  }
  assert.deepEqual(
    FOLDS.map((name) => attempts.get(name)),
    [1, 2, 1, 1, 1],
  );
  await Worker.runReplayHistory({ workflowBundle: { code: await currentBundle() } }, history, runId);

  const done = await plan();
  for (const [name, action] of done) assert.equal(action, name === "tune-1" ? "skip" : "reuse", name);

  const out = join(cwd, "report.json");
  assert.equal((await thaw(["get", runId, "report/report.json", "--out", out], { cwd })).status, 0);
  const { evaluation } = JSON.parse(await readFile(out, "utf8")) as ReportData;
  const { crossValidation } = evaluation;
  assert.deepEqual(
    crossValidation?.folds.map(({ fold, folds }) => [fold, folds]),
    [1, 2, 3, 4, 5].map((fold) => [fold, 5]),
  );
  assert.deepEqual(crossValidation?.kept, []);
  assert.deepEqual(crossValidation?.againstHead, { better: 0, worse: 0, pValue: 1 });
  // All of them right is no proof that all trees are: the interval is that of twenty images.
  const [low] = crossValidation?.accuracyInterval ?? [1];
  assert.ok(low < 0.9, String(low));
});
