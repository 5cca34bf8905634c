/** What a stage of unfreezing could show on the validation images, and what the gate's tests ask for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fewestToKeep, fewestToProve, fewestToRight, gate } from "../../../../learn/evidence/gate.js";
import { headroomOf } from "../../../../learn/evidence/headroom.js";
import type { ValidationResult } from "../../../../learn/training/trainee.js";
import { randomStream } from "../../../../rng/stream.js";
import type { GateSpec } from "../../../../spec/runFile/gate.js";

/** All images right or all wrong, with one loss. */
function result(images: number, isRight: boolean, loss: number): ValidationResult {
  return {
    loss,
    accuracy: Number(isRight),
    correct: Array.from({ length: images }, () => isRight),
    calibratedLosses: () => Array.from({ length: images }, () => loss),
  };
}

const SPECS: readonly GateSpec[] = [
  { rule: "calibrated-loss", level: 0.1 },
  { rule: "calibrated-loss", level: 0.01 },
  { rule: "calibrated-loss", level: 0.3 },
  { rule: "accuracy", level: 0.1 },
  { rule: "accuracy", level: 0.05 },
  { rule: "accuracy", level: 0.5 },
];

for (const spec of SPECS) {
  test(`${spec.rule} at ${spec.level}: a perfect stage is kept with as many images as are said to be needed, and not with one fewer`, () => {
    const kept = (images: number, groups?: readonly string[]): boolean =>
      gate(result(images, false, 2), result(images, true, 0.1), randomStream(1, "gate", 1), spec, groups)
        .kept;
    const fewest = fewestToKeep(spec);
    assert.equal(kept(fewest), true);
    assert.equal(kept(fewest - 1), false);
    // Three images of one patient are one witness.
    const groups = Array.from({ length: 3 * (fewest - 1) }, (_, image) => `patient ${image % (fewest - 1)}`);
    assert.equal(kept(groups.length, groups), false);
  });

  test(`${spec.rule} at ${spec.level}: righting as many errors as are said to be needed proves that accuracy rose, one fewer does not`, () => {
    // Losses that do not change say nothing of themselves.
    const after = (righted: number): ValidationResult => ({
      ...result(60, true, 1),
      correct: Array.from({ length: 60 }, (_, image) => image < righted),
    });
    const kept = (righted: number): boolean =>
      gate(result(60, false, 1), after(righted), randomStream(1, "gate", 1), spec).kept;
    assert.equal(kept(fewestToRight(spec)), true);
    assert.equal(kept(fewestToRight(spec) - 1), false);
  });
}

test("a level that is a power of a half needs one more: the chance has to be below it", () => {
  assert.deepEqual([0.5, 0.25, 0.1, 0.05, 0.0625].map(fewestToProve), [2, 3, 4, 5, 5]);
});

test("where nothing is tested nothing is needed", () => {
  const always: GateSpec = { rule: "always", level: 0.1 };
  assert.deepEqual([fewestToKeep(always), fewestToRight(always)], [0, 0]);
});

const RECORDS = [
  { split: "train", group: "a" },
  { split: "validation", group: "b" },
  { split: "validation", group: "b" },
  { split: "validation", group: "c" },
  { split: "validation", group: "d" },
  { split: "test", group: "e" },
] as const;

test("errors are counted on validation images alone, a group with several of them once", () => {
  const probed = [0, 1, 2, 3, 4].map((image) => ({ image, isRight: image > 2 }));
  assert.deepEqual(headroomOf(RECORDS, probed), { images: 4, groups: 3, wrong: 1 });
});

test("of a part of the validation images the errors of all are estimated", () => {
  const probed = [
    { image: 0, isRight: true },
    { image: 1, isRight: false },
    { image: 3, isRight: true },
  ];
  assert.deepEqual(headroomOf(RECORDS, probed), { images: 4, groups: 3, wrong: 1.5 });
  assert.deepEqual(headroomOf(RECORDS, []), { images: 4, groups: 3, wrong: 0 });
});
