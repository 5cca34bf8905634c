/** In which numbers a stage computes the frozen layers is what the features stage of the same images has found. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { activationsFolder } from "../../../activities/heavy/activationsFolder.js";
import { chosenPrecision } from "../../../activities/heavy/precision.js";
import { baseIdentity } from "../../../spec/base.js";
import type { Bfloat16Arithmetic } from "../../../spec/engine/precision.js";
import { ownArithmetic } from "../../../spec/engine/processor.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { FEATURES_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { ACTIVATIONS_VERSION, planStages, type StagePlan } from "../../../spec/pipeline/stages.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import { augmentIdentity } from "../../../spec/runFile/identities.js";
import { type RunFile, runFileSchema } from "../../../spec/runFile/runFile.js";
import { commitArtifact, refOf } from "../../../store/artifacts/artifacts.js";
import { sha256, stageKey } from "../../../store/artifacts/keys.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const engineFingerprint = "tensorflow 1";
const INGEST = { kind: "ingest", key: "a".repeat(64), digest: "b".repeat(64) };
const file = (extra: object) => runFileSchema.parse({ name: "pets", data: { path: "images" }, ...extra });

/** What stood for activations before there was a precision. */
const partsOf = (run: RunFile): readonly unknown[] => [
  ...[ACTIVATIONS_VERSION, INGEST.digest, baseIdentity(run.base, undefined)],
  ...[augmentIdentity(settledAugment(run.augment)), run.seed, engineFingerprint],
];

function requestOf(run: RunFile, name: string): StageRequest {
  const stage = planStages(run).find((plan) => plan.name === name) as StagePlan;
  return {
    run: { runId: "r", file: run, dataPath: "/images", thawVersion: "0" },
    stage,
    inputs: { ingest: INGEST },
  };
}

test("a stage after the features goes by their check, the features stage makes it", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-precision-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const { store } = memoryStore();
  const narrow = file({ precision: "bfloat16" });
  const chosen = (name: string, run = narrow) =>
    chosenPrecision({ engineFingerprint }, store, requestOf(run, name));
  assert.equal(await chosen("tune-1", file({})), undefined);
  assert.deepEqual(await chosen("tune-1"), { asked: "bfloat16" }, "there are no features yet");
  const { stage } = requestOf(narrow, "features");
  const inputs = { ingest: INGEST.digest };
  const path = join(folder, FEATURES_FILE);
  await writeFile(path, "numbers");
  const precision = { asked: "bfloat16", used: "float32", pictures: 8, cosine: 0.99 };
  await commitArtifact(store, {
    ...{ kind: stage.kind, codeVersion: stage.codeVersion, parameters: stage.parameters, inputs },
    ...{ key: stageKey(stage, inputs, engineFingerprint), engine: engineFingerprint, seconds: 1 },
    summary: { precision },
    files: { [FEATURES_FILE]: path },
  });
  for (const name of ["tune-1", "fold-1"])
    assert.deepEqual(await chosen(name), { asked: "bfloat16", used: "float32" }, name);
  assert.deepEqual(await chosen("features"), { asked: "bfloat16" });
  assert.equal(await chosen("tune-1", file({})), undefined);
});

test("by which arithmetic the features came about is told to the stages after them", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-precision-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const { store } = memoryStore();
  const narrow = file({ precision: "bfloat16" });
  const { stage } = requestOf(narrow, "features");
  const inputs = { ingest: INGEST.digest };
  const path = join(folder, FEATURES_FILE);
  await writeFile(path, "numbers");
  const found = { asked: "bfloat16", used: "bfloat16", arithmetic: "multiplied" } as const;
  const commit = async (parameters: StagePlan["parameters"], arithmetic: Bfloat16Arithmetic) => {
    const { manifest } = await commitArtifact(store, {
      ...{ kind: stage.kind, codeVersion: stage.codeVersion, parameters, inputs },
      ...{ key: stageKey({ ...stage, parameters }, inputs, engineFingerprint), engine: engineFingerprint },
      ...{ summary: { precision: { ...found, arithmetic, pictures: 8, cosine: 0.9999 } }, seconds: 1 },
      files: { [FEATURES_FILE]: path },
    });
    return refOf(manifest);
  };
  await commit(stage.parameters, "multiplied");
  const request = requestOf(narrow, "fold-1");
  assert.deepEqual(await chosenPrecision({ engineFingerprint }, store, request), found);
  const features = await commit({ ...stage.parameters, anew: "r" }, "rounded");
  const given = { ...request, inputs: { ...request.inputs, features } };
  assert.deepEqual(
    await chosenPrecision({ engineFingerprint }, store, given),
    { ...found, arithmetic: "rounded" },
    "of the features that it reads",
  );
});

test("activations in bfloat16 have a folder for each arithmetic, those in float32 one", () => {
  const folderOf = (run: RunFile, arithmetic?: Bfloat16Arithmetic): string =>
    activationsFolder(requestOf(run, "features"), INGEST, engineFingerprint, arithmetic);
  const [plain, narrow] = [file({}), file({ precision: "bfloat16" })];
  const names = [folderOf(narrow, "multiplied"), folderOf(narrow, "rounded"), folderOf(plain)];
  assert.equal(new Set(names).size, 3);
  assert.equal(folderOf(narrow), folderOf(narrow, ownArithmetic()));
  for (const arithmetic of ["multiplied", "rounded"] as const)
    assert.equal(folderOf(plain, arithmetic), folderOf(plain));
  // Of a version that knew no arithmetic: what is kept in float32 is found again.
  assert.equal(folderOf(plain), sha256(JSON.stringify(partsOf(plain))).slice(0, 32));
});
