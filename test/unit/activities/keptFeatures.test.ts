/** The float32 features of a run's images are found on the machine that still has them, whole, and no others. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { keptFeatures } from "../../../activities/heavy/keptFeatures.js";
import { keepLocally } from "../../../activities/heavy/localArtifacts.js";
import type { StageInputs } from "../../../activities/heavy/stageRunner.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { FEATURES_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { planStages, type StagePlan } from "../../../spec/pipeline/stages.js";
import type { FeaturesSummary } from "../../../spec/records/features.js";
import { type RunFile, runFileSchema } from "../../../spec/runFile/runFile.js";
import { type ArtifactManifest, commitArtifact } from "../../../store/artifacts/artifacts.js";
import { stageKey } from "../../../store/artifacts/keys.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const ENGINE = "gpu tensorflow 1";
const FILE = runFileSchema.parse({ name: "pets", data: { path: "images" } });
const INGEST = { kind: "ingest", key: "a".repeat(64), digest: "b".repeat(64) };

const NARROW: RunFile = { ...FILE, precision: "bfloat16" };

const stageOf = (name: string, file = FILE): StagePlan => {
  const found = planStages(file).find((plan) => plan.name === name);
  assert.ok(found);
  return found;
};

async function bench(context: TestContext, file = FILE) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-kept-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const { store } = memoryStore();
  const workFolder = join(folder, "work");
  /** The artifact of a run's features. */
  const make = async (of: RunFile, summary: Partial<FeaturesSummary>) => {
    const made = await mkdtemp(join(folder, "made-"));
    await writeFile(join(made, FEATURES_FILE), `numbers in ${of.precision}`);
    const stage = stageOf("features", of);
    const inputs = { ingest: INGEST.digest };
    const { manifest } = await commitArtifact(store, {
      ...{ kind: stage.kind, codeVersion: stage.codeVersion, parameters: stage.parameters, inputs },
      ...{ key: stageKey(stage, inputs, ENGINE), engine: ENGINE, summary, seconds: 1 },
      files: { [FEATURES_FILE]: join(made, FEATURES_FILE) },
    });
    return { manifest, keep: () => keepLocally(workFolder, manifest, made) };
  };
  /** @param trainedOn digest of the features that the head was trained on */
  const find = (trainedOn: string | undefined, engine = ENGINE): Promise<string | undefined> => {
    const head = { inputs: trainedOn === undefined ? {} : { features: trainedOn } };
    const stageInputs: StageInputs = {
      manifest: () => head as unknown as ArtifactManifest,
      folder: () => assert.fail("nothing is fetched"),
    };
    const run = { runId: "r", file, dataPath: "/images", thawVersion: "0" };
    const request: StageRequest = { run, stage: stageOf("evaluate", file), inputs: { ingest: INGEST } };
    return keptFeatures({ workFolder, engineFingerprint: engine }, store, request, stageInputs);
  };
  return { make, find };
}

test("features that this machine made are found, and those that it has not are not fetched", async (context) => {
  const { make, find } = await bench(context);
  const { manifest, keep } = await make(FILE, {});
  assert.equal(await find(manifest.digest), undefined);
  await keep();
  assert.match((await find(manifest.digest)) ?? "", new RegExp(`${manifest.digest}.${FEATURES_FILE}$`));
});

test("features of another head, of another engine and changed ones are none", async (context) => {
  const { make, find } = await bench(context);
  const { manifest, keep } = await make(FILE, {});
  await keep();
  assert.equal(await find("c".repeat(64)), undefined);
  assert.equal(await find(undefined), undefined, "of a head that names none");
  assert.equal(await find(manifest.digest, "another engine"), undefined);
  const path = await find(manifest.digest);
  assert.ok(path !== undefined);
  await writeFile(path, "other numbers");
  assert.equal(await find(manifest.digest), undefined);
});

test("features in bfloat16 serve no evaluation; those that asked for it and are float32's do", async (context) => {
  const asked = { asked: "bfloat16", pictures: 8, cosine: 0.9 } as const;
  for (const used of ["bfloat16", "float32"] as const) {
    const { make, find } = await bench(context, NARROW);
    const { manifest, keep } = await make(NARROW, { precision: { ...asked, used } });
    await keep();
    const found = await find(manifest.digest);
    if (used === "float32") assert.equal(await readFile(found ?? "", "utf8"), "numbers in bfloat16");
    else assert.equal(found, undefined);
  }
});

test("a run in bfloat16 is evaluated by the float32 features that another run has left here", async (context) => {
  const { make, find } = await bench(context, NARROW);
  const narrow = await make(NARROW, { precision: { asked: "bfloat16", used: "bfloat16", pictures: 8 } });
  await narrow.keep();
  const plain = await make(FILE, {});
  assert.equal(
    await find(narrow.manifest.digest),
    undefined,
    "they are in the store, and nothing is fetched",
  );
  await plain.keep();
  assert.equal(await readFile((await find(narrow.manifest.digest)) ?? "", "utf8"), "numbers in float32");
  assert.equal(await find("c".repeat(64)), undefined, "of a head that was trained on others");
});
