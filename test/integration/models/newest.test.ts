/** Images that are new since the version in use, on a real server with stages that are stood in for: a veto, and what is told. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { ControlDependencies } from "../../../activities/context.js";
import { startRetraining } from "../../../client/models/retrain.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { newestImages } from "../../../learn/proof/newest.js";
import { proveChallenger } from "../../../learn/proof/prove.js";
import { ThawError } from "../../../spec/errors.js";
import { PREDICTIONS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { NewestActivities, NewestInBrief } from "../../../spec/retraining/newest.js";
import { RETRAIN_STATE_QUERY, type RetrainState, type Tick } from "../../../spec/retraining/retraining.js";
import { readEvaluated } from "../../../store/records/evaluated.js";
import { answersName, keepAnswers } from "../../../store/records/newestAnswers.js";
import { proofRecords, requireModel } from "../../../store/records/proofs.js";
import { monthOfTraining } from "../../chaos/months/trainer.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { startStandIns } from "../../support/services/standIns.js";

/** Images whose names begin with it are recognised by nobody who is evaluated on them. */
const NIGHT = "night-";

let stack: Stack;
let stop: () => Promise<void>;
let isAsked = true;
/** Each test has a model and images of its own. */
let name: string;
let count = 0;
let drawn = 0;

before(async () => {
  stack = await sharedServices();
  const training = monthOfTraining(join(stack.folder, "trained.log"));
  stop = await startStandIns(stack.session, stack.folder, {
    ...training,
    texts: async (dependencies, request) => {
      const made = await training.texts?.(dependencies, request);
      return request.stage.kind === "evaluate" && made !== undefined ? blindAtNight(made) : made;
    },
    newest: allRight,
  });
});
after(async () => {
  await stop();
  await stack.close();
});

beforeEach(async () => {
  isAsked = true;
  name = `newest-${++count}`;
  for (const label of ["a", "b"]) await add(label, 110);
});

function blindAtNight(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lines = (files[PREDICTIONS_FILE] ?? "").split("\n").map((line) => JSON.parse(line));
  const answers = lines.map((one) => (one.path.includes(NIGHT) ? { ...one, predicted: 1 - one.label } : one));
  return { [PREDICTIONS_FILE]: answers.map((one) => JSON.stringify(one)).join("\n") };
}

/** In the place of an engine: the version in use gets every new image right. */
async function allRight(
  { store }: ControlDependencies,
  { run, champion, challenger }: Parameters<NewestActivities["answerNewest"]>[0],
): Promise<NewestInBrief> {
  if (!isAsked) throw new ThawError("NOT_FOUND", "its weights are gone");
  const asked = await requireModel(store, run.file.name, champion);
  const other = await requireModel(store, run.file.name, challenger);
  const newest = newestImages(await readEvaluated(store, asked), await readEvaluated(store, other));
  const answers = newest.map(({ sha256, label }) => ({ sha256, predicted: label }));
  const record = { model: asked.name, version: champion, at: new Date().toISOString(), answers };
  await keepAnswers(store, answersName(asked, other), record);
  return { images: newest.length, right: newest.length };
}

async function add(label: string, many: number, prefix = ""): Promise<void> {
  const folder = join(stack.folder, name, label);
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < many; i++) await writeFile(join(folder, `${prefix}${drawn++}.jpg`), `image ${drawn}`);
}

async function look(): Promise<{ readonly tick: Tick; readonly steps: readonly string[] }> {
  const images = join(stack.folder, name);
  const text =
    `name: ${name}\nbase: efficientnet-lite0\ndata: { path: ${JSON.stringify(images)} }\nrecipe: extractor-only\n` +
    "unfreeze: { stages: [] }\nevaluation: { folds: 0 }\nmodel: { promote: automatic, rule: not-worse }\n";
  const file = parseRunFile(text, "thaw.yaml", []);
  const { workflowId } = await startRetraining(stack.session, { file, dataPath: images });
  const handle = stack.session.temporal.workflow.getHandle(workflowId);
  const tick = (await handle.result()) as Tick;
  const { steps } = await handle.query<RetrainState>(RETRAIN_STATE_QUERY);
  return { tick, steps };
}

test("a version that is proven worse on images that are new since the one in use is not promoted", async () => {
  assert.equal((await look()).tick.verdict, "promoted");
  for (const label of ["a", "b"]) await add(label, 60, NIGHT);
  const { tick, steps } = await look();
  assert.deepEqual([tick.verdict, tick.version], ["not-proven", 2], tick.sentence);
  assert.match(
    tick.sentence,
    /worse on the images that are new since the champion: 0\.0 % against 100\.0 % on the newest/,
  );
  assert.ok(
    steps.some((step) => /^version 1 gets (\d+) of the \1 newest test images right/.test(step)),
    steps.join("\n"),
  );
  const records = proofRecords(stack.session.store, name);
  const [proof] = (await records.proofs()).known;
  assert.deepEqual(
    [proof?.verdict, proof?.newest?.verdict, proof?.promotable],
    ["newest-worse", "worse", false],
  );
  assert.ok((proof?.newest?.images ?? 0) >= 20, "the test needs enough of them");
  const policy = proof?.policy as ModelProof["policy"];
  const again = await proveChallenger(
    records,
    { model: name, champion: 1, challenger: 2, policy },
    "2026-01-01",
  );
  assert.deepEqual(again, proof, "whoever asks again gets the same answer");
});

test("where the version in use cannot be asked, the proof says so and decides on what both held out", async () => {
  await look();
  isAsked = false;
  await add("a", 60);
  const { tick, steps } = await look();
  assert.equal(tick.verdict, "promoted", tick.sentence);
  assert.match(
    tick.sentence,
    /; on what is new: the champion was not asked about the \d+ images that are new since it$/,
  );
  assert.ok(
    steps.includes("version 1 could not be asked about the newest images: its weights are gone"),
    steps.join("\n"),
  );
});
