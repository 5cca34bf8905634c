/** Models whose records are held against their evaluations before anything is computed with them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelVersion } from "../../../spec/records/model.js";
import { commitArtifact, refOf } from "../../../store/artifacts/artifacts.js";
import { artifactKey } from "../../../store/artifacts/keys.js";
import type { Store } from "../../../store/connection/connection.js";
import { requireSoundModel } from "../../../store/records/soundModel.js";
import { SCANS } from "../../support/models/modelVersions.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const PARTS = { kind: "evaluate", codeVersion: 5, parameters: {}, inputs: {}, engine: null };
const GOLDEN = { picture: 1, device: "cpu", scale: 1, features: [1], probabilities: [0.5, 0.5] } as const;

async function evaluated(summary: object): Promise<{ store: Store; model: ModelVersion }> {
  const { store } = memoryStore();
  const { manifest } = await commitArtifact(store, {
    ...PARTS,
    key: artifactKey(PARTS),
    summary: { classes: SCANS.classes, accuracy: SCANS.testAccuracy, temperature: 1.5, ...summary },
    seconds: 1,
    files: {},
  });
  return { store, model: { ...SCANS, temperature: 1.5, artifacts: { evaluate: refOf(manifest) } } };
}

test("of an older model it is told that its record cannot be checked as a whole", async () => {
  const { store, model } = await evaluated({ conformal: { quantile: 0.9 } });
  const told: string[] = [];
  await requireSoundModel(store, model, (sentence) => told.push(sentence));
  await requireSoundModel(store, { ...model, artifacts: {} }, (sentence) => told.push(sentence));
  assert.deepEqual(told, [
    "scans@3 is of an older thaw: its record has no seal to check it by; its classes and its temperature are those of its evaluation",
    "scans@3 is of an older thaw: its record has no seal to check it by",
  ]);
});

test("what a record, sealed or not, says otherwise than its evaluation is refused with its key", async () => {
  const { store, model } = await evaluated({ golden: GOLDEN, conformal: { quantile: 0.9 } });
  const sealed = { ...model, golden: GOLDEN, conformalQuantile: 0.9, seal: "s" };
  const silent = () => assert.fail();
  await requireSoundModel(store, sealed, silent);
  const changes: readonly Partial<ModelVersion>[] = [
    { classes: ["yes", "no"] },
    { temperature: 1 },
    { testAccuracy: 1 },
    { conformalQuantile: 0.1 },
    { mirroredAccuracy: 1 },
    { golden: { ...GOLDEN, scale: 2 } },
  ];
  for (const change of changes) {
    await assert.rejects(requireSoundModel(store, { ...sealed, ...change }, silent), {
      code: "ARTIFACT_CORRUPT",
      record: "models/scans/v3.json",
      message:
        /^the record of model scans@3 is damaged \(models\/scans\/v3\.json\): its .* of its evaluation$/,
    });
  }
  const { golden: _golden, seal: _seal, ...stripped } = sealed;
  await assert.rejects(
    requireSoundModel(store, stripped, () => undefined),
    { code: "ARTIFACT_CORRUPT" },
  );
});

test("a base whose numbers are not those of its digest is refused", async () => {
  const { store, model } = await evaluated({});
  const baseSpec = {
    ...{
      name: "xray@1",
      architecture: "efficientnet-lite0",
      layers: [],
      lineage: [],
      digest: "a".repeat(64),
    },
    origin: { source: "", licence: "", pretrainedOn: "" },
  };
  await assert.rejects(
    requireSoundModel(store, { ...model, baseSpec }, () => undefined),
    {
      message: /its base is not the one whose digest it names/,
    },
  );
});
