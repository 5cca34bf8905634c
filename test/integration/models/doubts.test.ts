/** A version whose figures may be void: nobody promotes it without having been told, a retraining not at all. */
import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import type { ExportJson } from "../../../cli/json/export.js";
import type { ProofJson } from "../../../cli/json/models/proof.js";
import type { MovedAliasJson } from "../../../cli/json/models.js";
import type { PredictJson } from "../../../cli/json/predict.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import type { Warning } from "../../../spec/warnings/warning.js";
import { readModel, readRun, writeRun } from "../../../store/records/records.js";
import { type Outcome, thaw, thawJson } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

const RUN_FILE = `
name: formats
base: tiny
data: { path: formats, test: 0.4 }
augment: { views: 1 }
head: { epochs: 10 }
recipe: extractor-only
evaluation: { folds: 0 }
model: { promote: automatic, rule: not-worse, margin: 0.9, class_margin: 0.99 }
`;

let stack: Stack;
let photo: string;
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  const images = await drawnImages(join(stack.folder, "formats"), 12);
  const [first = ""] = (await readdir(images)).sort();
  // One class alone is of PNGs: that tells it from the others, whatever they show.
  for (const name of await readdir(join(images, first))) {
    const file = join(images, first, name);
    photo = file.replace(/jpg$/, "png");
    await sharp(file).png().toFile(photo);
    await rm(file);
  }
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

const run = (...args: string[]): Promise<Outcome> => thaw(args, { cwd: stack.folder });
const aboutFormat = (warnings: readonly Warning[] = []): boolean =>
  warnings.some(({ code, about, grade }) => `${grade} ${code} ${about}` === "voids shortcut file format");
const LENIENT = ["--rule", "not-worse", "--margin", "0.9"];
const SAID = /!! The figure may be void\. The file format alone tells "/;

test("with promote: automatic a person is asked, and hears why, wherever it is asked", async () => {
  const { status, stdout, stderr } = await run("retrain");
  assert.equal(status, 3, stderr);
  const said = stdout.replaceAll(/\s+/g, " ");
  assert.match(
    said,
    /formats@1 waits for a person.*but its figures may be void: The file format alone tells "/,
  );
  const asked = await run("approvals");
  assert.match(asked.stdout.replaceAll(/\s+/g, " "), /may be void: The file format alone tells "/);
});

test("whoever promotes, predicts or exports it is told, and programs are", async () => {
  const promoted = await run("promote", "formats@1");
  assert.match(promoted.stderr, SAID);
  const { warnings } = await thawJson<MovedAliasJson>(stack.folder, "promote", "formats@1");
  assert.ok(aboutFormat(warnings));
  const predicted = await run("predict", "formats", photo);
  assert.match(predicted.stderr, SAID);
  assert.doesNotMatch(predicted.stdout, /void/);
  assert.ok(aboutFormat((await thawJson<PredictJson>(stack.folder, "predict", "formats", photo)).warnings));
  const exported = await thawJson<ExportJson>(stack.folder, "export", "formats", "--out", "exported");
  assert.ok(aboutFormat(exported.warnings));
});

test("what is known of the version in use keeps no later one from taking its place", async () => {
  const tick = await thawJson<Tick>(stack.folder, "retrain", "--set", "head.epochs=11");
  assert.deepEqual([tick.version, tick.verdict], [2, "promoted"], tick.sentence);
  const { stdout } = await run("compare", "formats@1", "formats@2");
  assert.match(stdout, /^warnings +!! shortcut.* +!! shortcut/m);
  assert.match(stdout, /^!! A and B: the figure may be void\. The file format alone tells/m);
  for (const [list, why] of [
    ["models", /!! The figure may be void: `thaw get MODEL@VERSION` says why/],
    ["runs", /!! The figure may be void: `thaw explain RUN` says why/],
  ] as const)
    assert.match((await run(list)).stderr, why);
  const proof = await thawJson<ProofJson>(stack.folder, "prove", "formats@2", "--against", "1", ...LENIENT);
  assert.deepEqual([proof.promotable, proof.warnings], [true, undefined]);
});

test("what is not known of the version in use is in the way of --if-proven too", async () => {
  const { store } = stack.session;
  const { runId } = (await readModel(store, "formats", 1)) as ModelVersion;
  const { warnings: _, ...record } = (await readRun(store, runId)) as RunResult;
  await writeRun(store, record);
  await thaw(["promote", "formats@1"], { cwd: stack.folder });
  const proof = await thawJson<ProofJson>(stack.folder, "prove", "formats@2", ...LENIENT);
  assert.ok(!proof.promotable && aboutFormat(proof.warnings), proof.sentence);
  const { status, stderr } = await run("promote", "formats@2", "--if-proven", "--rule", "not-worse");
  assert.equal(status, 1);
  assert.match(
    stderr.replaceAll(/\s+/g, " "),
    /formats@2 was not promoted over version 1: .*may be void: The file format/,
  );
});
