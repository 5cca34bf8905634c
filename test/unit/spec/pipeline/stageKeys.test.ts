/** Which settings of a run file are in which stages' keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planStages } from "../../../../spec/pipeline/stages.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const file = (extra: object) => runFileSchema.parse({ name: "m", data: { path: "images" }, ...extra });

test("options that are off, and the name of the kind of data, stand in no key", () => {
  const plain = planStages(file({ compare: { scratch: true } }));
  const off = planStages(
    file({
      compare: { scratch: true },
      augment: { kind: "symbols", erase: 0 },
      head: { mixup: 0 },
      loss: { kind: "focal", gamma: 0, class_weights: "none" },
    }),
  );
  const keyed = plain.filter(({ kind }) => kind !== "report");
  assert.deepEqual(
    off.filter(({ kind }) => kind !== "report"),
    keyed,
  );
  const words = JSON.stringify(keyed.map(({ parameters }) => parameters));
  assert.doesNotMatch(words, /mixup|cutmix|erase|focal|gamma|class_weights|general|precision/);
});

test("who goes first on a worker, and how many at once, stand in no key", () => {
  assert.deepEqual(planStages(file({ priority: 1, parallel: 4 })), planStages(file({})));
});

/** Which stages' keys an option is part of, besides those that read their artifacts. */
const DECIDES: Readonly<Record<string, { settings: object; stages: readonly string[] }>> = {
  "head.mixup": { settings: { head: { mixup: 0.2 } }, stages: ["head"] },
  "unfreeze.mixup": { settings: { unfreeze: { mixup: 0.2 } }, stages: ["tune-1", "tune-2"] },
  "unfreeze.cutmix": { settings: { unfreeze: { cutmix: 1 } }, stages: ["tune-1", "tune-2"] },
  "focal loss": { settings: { loss: { kind: "focal" } }, stages: ["head", "tune-1", "tune-2", "scratch"] },
  "class weights": {
    settings: { loss: { class_weights: "balanced" } },
    stages: ["head", "tune-1", "tune-2", "scratch"],
  },
  "augment.erase": {
    settings: { augment: { erase: 0.5 } },
    stages: ["features", "tune-1", "tune-2", "scratch"],
  },
  "precision: bfloat16": {
    settings: { precision: "bfloat16" },
    stages: ["features", "tune-1", "tune-2"],
  },
  "augment.kind": {
    settings: { augment: { kind: "photographs" } },
    stages: ["features", "tune-1", "tune-2", "scratch", "evaluate"],
  },
};
for (const [what, { settings, stages }] of Object.entries(DECIDES)) {
  test(`${what} is in the keys of ${stages.join(", ")}`, () => {
    const plain = planStages(file({ compare: { scratch: true }, evaluation: { folds: 0 } }));
    const changed = planStages(file({ compare: { scratch: true }, evaluation: { folds: 0 }, ...settings }));
    const names = changed
      .filter(({ parameters }, i) => JSON.stringify(parameters) !== JSON.stringify(plain[i]?.parameters))
      .map(({ name }) => name);
    assert.deepEqual(names, [...stages, "report"]);
  });
}
