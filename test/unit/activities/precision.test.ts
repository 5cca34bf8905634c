/** In which numbers a stage computes the frozen layers is what the features stage of the same images has found. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chosenPrecision } from "../../../activities/heavy/precision.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { FEATURES_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { planStages, type StagePlan } from "../../../spec/pipeline/stages.js";
import { type RunFile, runFileSchema } from "../../../spec/runFile/runFile.js";
import { commitArtifact } from "../../../store/artifacts/artifacts.js";
import { stageKey } from "../../../store/artifacts/keys.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const engineFingerprint = "tensorflow 1";
const INGEST = { kind: "ingest", key: "a".repeat(64), digest: "b".repeat(64) };
const file = (extra: object) => runFileSchema.parse({ name: "pets", data: { path: "images" }, ...extra });

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
