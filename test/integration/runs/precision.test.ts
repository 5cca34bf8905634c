/** A run in bfloat16: its keys, what the features stage found, and the model card say so. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { MODEL_CARD_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { FeaturesSummary } from "../../../spec/records/features.js";
import { readArtifactFile, requireManifest } from "../../../store/artifacts/artifacts.js";
import { thaw } from "../../support/cli/thaw.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

let stack: Stack;
before(async () => {
  stack = await sharedStack();
});
after(() => stack.close());

test("a run in bfloat16 is told from one in float32 by its keys, and says how near its features are", async () => {
  const path = join(stack.folder, "narrow.yaml");
  const images = await drawnFolder(10, ["disc", "star"]);
  await writeFile(
    path,
    `name: narrow\ndata: { path: ${images}, outside: allow }\nbase: small\nrecipe: staged\naugment: { views: 1 }\nhead: { epochs: 5 }\n` +
      "unfreeze: { stages: [blocks.6], epochs: 1 }\nevaluation: { folds: 0 }\nprecision: bfloat16\n",
  );
  const { status, stdout, stderr } = await thaw(["run", path, "--json"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const { artifacts } = (JSON.parse(stdout) as { result: RunResult }).result;
  const { store } = stack.session;
  const manifestOf = (name: string) => requireManifest(store, artifacts[name] as ArtifactRef);
  const features = await manifestOf("features");
  assert.equal(features.parameters.precision, "bfloat16");
  assert.equal((await manifestOf("tune-1")).parameters.precision, "bfloat16");
  const { precision } = features.summary as FeaturesSummary;
  assert.ok(precision?.asked === "bfloat16" && (precision.cosine ?? 0) > 0.9);
  const card = await readArtifactFile(store, await manifestOf("report"), MODEL_CARD_FILE);
  assert.match(card.toString(), /Precision of the frozen layers.*Evaluated and registered in float32/);
  const actions = async (...more: string[]): Promise<ReadonlyMap<string, string>> => {
    const plan = await thaw(["plan", path, "--json", ...more], { cwd: stack.folder });
    const { stages } = JSON.parse(plan.stdout) as { stages: { name: string; action: string }[] };
    return new Map(stages.map(({ name, action }) => [name, action]));
  };
  const again = await actions();
  for (const name of ["features", "head", "tune-1"]) assert.equal(again.get(name), "reuse", name);
  const plain = await actions("--set", "precision=float32");
  assert.equal(plain.get("ingest"), "reuse");
  for (const name of ["features", "tune-1"]) assert.notEqual(plain.get(name), "reuse", name);
});
