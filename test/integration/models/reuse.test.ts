/** A retraining with new images on real services: the features of the old ones are taken from the version before. */
import assert from "node:assert/strict";
import { cp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { noteOf } from "../../../activities/notes.js";
import { fetchEvents, inputIn } from "../../../client/temporal/eventHistory.js";
import { CONTROL_QUEUE, type RunInput, type RunResult, WORKFLOW_TYPE } from "../../../spec/pipeline/run.js";
import type { DatasetSummary } from "../../../spec/records/dataset.js";
import type { FeaturesSummary } from "../../../spec/records/features.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import { type ArtifactManifest, requireManifest } from "../../../store/artifacts/artifacts.js";
import { readRun } from "../../../store/records/records.js";
import { thawJson } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

const RUN_FILE = `
name: shapes
base: tiny
data: { path: images, test: 0.3 }
augment: { views: 3 }
head: { epochs: 6 }
unfreeze: { stages: [layer2], epochs: 2 }
recipe: staged
evaluation: { folds: 0 }
model: { promote: never }
`;
const SHAPES = ["disc", "moon", "star"] as const;
const PER_CLASS = 10;

let stack: Stack;
let images: string;
let more: string;
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  images = await drawnImages(join(stack.folder, "images"), PER_CLASS, SHAPES);
  more = await drawnImages(join(stack.folder, "more"), PER_CLASS + 1, SHAPES);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

const retrain = (): Promise<Tick> => thawJson<Tick>(stack.folder, "retrain");

async function manifestsOf({ artifacts }: RunResult): Promise<Record<string, ArtifactManifest>> {
  const entries = Object.entries(artifacts).map(
    async ([stage, ref]) => [stage, await requireManifest(stack.session.store, ref)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function resultOf(runId = ""): Promise<RunResult> {
  const result = await readRun(stack.session.store, runId);
  assert.ok(result, runId);
  return result;
}

const featuresOf = ({ features }: Record<string, ArtifactManifest>): FeaturesSummary =>
  features?.summary as FeaturesSummary;

/** The same retraining, which computes its features and what follows from nothing. */
async function fromNothing(runId: string): Promise<RunResult> {
  const input = inputIn(await fetchEvents(stack.session, runId)) as RunInput;
  const args: [RunInput] = [{ ...input, runId: `${runId}-again`, from: "features" }];
  const workflow = { workflowId: `${runId}-again`, taskQueue: CONTROL_QUEUE, args };
  return (await stack.session.temporal.workflow.execute(WORKFLOW_TYPE, workflow)) as RunResult;
}

/** Digests of the files that a stage made. */
const filesOf = (manifest: ArtifactManifest | undefined): unknown =>
  manifest?.files.map(({ name, digest }) => [name, digest]);

test("new images are computed, the others' features are taken, and the model has the weights of a run from nothing", async () => {
  const first = featuresOf(await manifestsOf(await resultOf((await retrain()).runId)));
  assert.equal(first.reused, undefined);
  for (const name of await readdir(more))
    await cp(join(more, name), join(images, name), { recursive: true, force: false });
  const { runId = "" } = await retrain();
  const made = await manifestsOf(await resultOf(runId));
  const { reused, images: all } = featuresOf(made);
  const { knownFromBefore } = (made.ingest as ArtifactManifest).summary as DatasetSummary;
  assert.ok(knownFromBefore && knownFromBefore.fresh > 0);
  assert.deepEqual(
    [reused?.images, all],
    [knownFromBefore.kept, knownFromBefore.kept + knownFromBefore.fresh],
  );
  assert.equal(reused?.rows, first.rows);

  assert.match(
    noteOf(made.features as ArtifactManifest),
    new RegExp(`those of ${reused?.images} of ${all} images reused$`),
  );

  const other = await manifestsOf(await fromNothing(runId));
  assert.equal(featuresOf(other).reused, undefined);
  assert.equal(other.ingest?.digest, made.ingest?.digest);
  for (const stage of ["features", "head", "tune-1", "evaluate"]) {
    assert.notEqual(other[stage]?.key, made[stage]?.key, stage);
    assert.deepEqual(filesOf(other[stage]), filesOf(made[stage]), stage);
  }
});

test("a run by hand takes them from the versions that the model has", async () => {
  const { result } = await thawJson<{ result: RunResult }>(
    ...[stack.folder, "run", "--set", "data.test=0.4", "--set", "recipe=extractor-only"],
  );
  const { reused, images: all = 0 } = featuresOf(await manifestsOf(result));
  assert.ok(reused && reused.images > all / 2, JSON.stringify(reused));
});
