/** What `augment.views: auto` becomes, and that a number of views stays what it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ThawError } from "../../../../spec/errors.js";
import { planStages } from "../../../../spec/pipeline/stages.js";
import { settledAugment, trainingImages, viewsFor, withViews } from "../../../../spec/pipeline/views.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const file = (augment: object, data: object = {}) =>
  runFileSchema.parse({ name: "m", data: { path: "images", ...data }, augment });

test("more images never get more views, and every number is one that a run file may have", () => {
  const counts = [0, 1, 50, 100, 300, 599, 600, 1000, 3000, 10_000, 1_000_000];
  const views = counts.map(viewsFor);
  assert.deepEqual(
    views,
    views.toSorted((a, b) => b - a),
  );
  for (const one of views) assert.equal(settledAugment(file({ views: one }).augment).views, one);
});

test("auto is written out by the images that the shares leave to train on", () => {
  const asked = file({ views: "auto" }, { test: 0.5, validation: 0.25 });
  assert.equal(trainingImages(asked, 1000), 250);
  for (const images of [40, 4000, 400_000]) {
    const { augment, ...others } = withViews(asked, images);
    assert.equal(augment.views, viewsFor(images / 4));
    const { augment: before, ...same } = asked;
    assert.deepEqual([others, { ...augment, views: "auto" }], [same, before]);
  }
});

test("a number in the file stays, whatever the number of images", () => {
  const said = file({ views: 3 });
  assert.equal(withViews(said, 1_000_000), said);
});

test("the artifacts are those of a run whose file says the number", () => {
  const auto = planStages(withViews(file({ views: "auto" }), 2000));
  assert.deepEqual(auto, planStages(file({ views: viewsFor(1400) })));
});

test("what nobody has settled is refused, and gets no key", () => {
  const isRefusal = (error: unknown): boolean =>
    error instanceof ThawError && error.code === "RUN_FILE_INVALID" && /views/.test(error.message);
  assert.throws(() => settledAugment(file({ views: "auto" }).augment), isRefusal);
  assert.throws(() => planStages(file({ views: "auto" })), isRefusal);
});
