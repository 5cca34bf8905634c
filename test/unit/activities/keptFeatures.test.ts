/** The features that a head was trained on are found on the machine that still has them, whole, and no others. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { TrainingDependencies } from "../../../activities/context.js";
import { keptFeatures } from "../../../activities/heavy/keptFeatures.js";
import { keepLocally } from "../../../activities/heavy/localArtifacts.js";
import type { StageInputs } from "../../../activities/heavy/stageRunner.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { FEATURES_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { planStages, type StagePlan } from "../../../spec/pipeline/stages.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { type ArtifactManifest, commitArtifact } from "../../../store/artifacts/artifacts.js";
import { stageKey } from "../../../store/artifacts/keys.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const ENGINE = "gpu tensorflow 1";
const FILE = runFileSchema.parse({ name: "pets", data: { path: "images" } });
const INGEST = { kind: "ingest", key: "a".repeat(64), digest: "b".repeat(64) };

const stageOf = (name: string): StagePlan => {
  const found = planStages(FILE).find((plan) => plan.name === name);
  assert.ok(found);
  return found;
};

async function bench(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-kept-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const { store } = memoryStore();
  const workFolder = join(folder, "work");
  const made = join(folder, "made");
  await mkdir(made);
  await writeFile(join(made, FEATURES_FILE), "numbers");
  const stage = stageOf("features");
  const inputs = { ingest: INGEST.digest };
  const { manifest } = await commitArtifact(store, {
    ...{ kind: stage.kind, codeVersion: stage.codeVersion, parameters: stage.parameters, inputs },
    ...{ key: stageKey(stage, inputs, ENGINE), engine: ENGINE, summary: {}, seconds: 1 },
    files: { [FEATURES_FILE]: join(made, FEATURES_FILE) },
  });
  /** @param trainedOn digest of the features that the head was trained on */
  const find = (trainedOn: string | undefined, engine = ENGINE): Promise<string | undefined> => {
    const head = { inputs: trainedOn === undefined ? {} : { features: trainedOn } };
    const stageInputs: StageInputs = {
      manifest: () => head as unknown as ArtifactManifest,
      folder: () => assert.fail("nothing is fetched"),
    };
    const run = { runId: "r", file: FILE, dataPath: "/images", thawVersion: "0" };
    const request: StageRequest = { run, stage: stageOf("evaluate"), inputs: { ingest: INGEST } };
    const dependencies = { store, workFolder, engineFingerprint: engine } as unknown as TrainingDependencies;
    return keptFeatures(dependencies, store, request, stageInputs);
  };
  return { manifest, find, keep: () => keepLocally(workFolder, manifest, made) };
}

test("features that this machine made are found, and those that it has not are not fetched", async (context) => {
  const { manifest, find, keep } = await bench(context);
  assert.equal(await find(manifest.digest), undefined);
  await keep();
  assert.match((await find(manifest.digest)) ?? "", new RegExp(`${manifest.digest}.${FEATURES_FILE}$`));
});

test("features of another head, of another engine and changed ones are none", async (context) => {
  const { manifest, find, keep } = await bench(context);
  await keep();
  assert.equal(await find("c".repeat(64)), undefined);
  assert.equal(await find(undefined), undefined, "of a head that names none");
  assert.equal(await find(manifest.digest, "another engine"), undefined);
  const path = await find(manifest.digest);
  assert.ok(path !== undefined);
  await writeFile(path, "other numbers");
  assert.equal(await find(manifest.digest), undefined);
});
