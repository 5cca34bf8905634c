/** The one line about a dataset: what is wrong with it is said where a run is watched. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noteOf } from "../../../activities/notes.js";
import type { PrecisionCheck } from "../../../spec/engine/precision.js";
import type { DataFaults, DatasetSummary } from "../../../spec/records/dataset.js";
import type { FeaturesSummary } from "../../../spec/records/features.js";
import type { ArtifactManifest } from "../../../store/artifacts/artifacts.js";

const NONE: DataFaults = {
  duplicates: { count: 3, shown: [] },
  conflicts: { count: 0, shown: [] },
  imbalance: { ratio: 2, smallest: 0, largest: 1, below5: [], below20: [] },
  misnamed: { count: 0, shown: [] },
  ignored: { count: 0, shown: [] },
  shortcuts: [],
};

function note(faults?: DataFaults): string {
  const summary: DatasetSummary = {
    classes: ["no", "yes"],
    counts: { train: [4, 4], validation: [1, 1], test: [2, 2] },
    images: 14,
    quarantined: [{ path: "a", reason: "b" }],
    duplicateGroups: 3,
    packs: [],
    ...(faults === undefined ? {} : { faults }),
  };
  return noteOf({ kind: "ingest", summary } as unknown as ArtifactManifest);
}

describe("the note of an ingest", () => {
  it("is short when nothing is wrong, and for datasets of older versions", () => {
    assert.equal(note(), "14 images, 2 classes, 1 left out");
    assert.equal(note(NONE), "14 images, 2 classes, 1 left out");
  });

  it("names what should be looked at", () => {
    const faults: DataFaults = {
      ...NONE,
      conflicts: { count: 2, shown: [] },
      leaks: { count: 1, shown: [], policy: "repair", dropped: 1 },
      imbalance: { ...NONE.imbalance, below5: [0] },
      oneColour: { count: 1, shown: [] },
      oddFormats: { count: 2, shown: [] },
      layersLeftOut: { pages: { count: 3, example: "a" }, transparent: { count: 1, example: "b" } },
      notes: ["one", "two"],
      shortcuts: [{ property: "file format", label: 1, balancedAccuracy: 0.9, pValue: 0.001 }],
    };
    assert.equal(
      note(faults),
      "14 images, 2 classes, 1 left out, 2 pictures with contradicting labels, 1 picture across splits (repaired), " +
        "1 class with fewer than 5 images, 1 picture of one colour, 2 pictures of an odd format, " +
        "of 3 pictures the first page only, 1 picture with transparent pixels, " +
        'names or folders to look at (see the report), file format gives "yes" away',
    );
  });
});

describe("the note of features", () => {
  const noteOfFeatures = (summary: FeaturesSummary): string =>
    noteOf({ kind: "features", summary } as unknown as ArtifactManifest);
  const made: FeaturesSummary = { rows: 3000, length: 1280, views: 4, seconds: 60 };

  it("says how many images' features were taken from earlier runs, where there are any", () => {
    assert.equal(noteOfFeatures(made), "3000 views × 1280 features");
    assert.equal(noteOfFeatures({ ...made, images: 1000 }), "3000 views × 1280 features");
    assert.equal(
      noteOfFeatures({ ...made, images: 1000, reused: { images: 900, rows: 2700 } }),
      "3000 views × 1280 features, those of 900 of 1000 images reused",
    );
  });

  it("says in which numbers they were computed, where others than float32 were asked for", () => {
    const precision = { asked: "bfloat16", used: "bfloat16", pictures: 8, cosine: 0.9995 } as const;
    const said = (more: Partial<PrecisionCheck>): string =>
      noteOfFeatures({ ...made, precision: { ...precision, ...more } }).replace(
        "3000 views × 1280 features",
        "",
      );
    assert.equal(said({ arithmetic: "multiplied" }), ", in bfloat16");
    assert.equal(said({}), ", in bfloat16", "older artifacts do not say by which arithmetic");
    assert.match(said({ arithmetic: "rounded" }), /^, in bfloat16 by a processor that rounds to it, slower/);
    assert.equal(said({ used: "float32" }), ", in float32 although bfloat16 was asked for");
  });

  it("says which activations are not kept, where that is so", () => {
    const activations = { bytes: 2e9, wanted: 5.6e9, kept: ["blocks.6"], recomputed: ["blocks.5"] };
    assert.equal(
      noteOfFeatures({ ...made, activations }),
      "3000 views × 1280 features; activations: 2 GB of 5.6 GB kept; blocks.5 recomputed in each epoch",
    );
    assert.equal(
      noteOfFeatures({ ...made, activations: { ...activations, bytes: 5.6e9, recomputed: [] } }),
      "3000 views × 1280 features",
    );
  });
});

describe("the note of a recipe", () => {
  const decision = {
    choice: "staged",
    stages: 1,
    planned: 2,
    rule: "few images: one stage",
    reason: "only the first",
  } as const;
  const probe = { accuracy: 0.9, interval: [0.8, 1], balancedAccuracy: 0.9 };
  const recipeNote = (more: Readonly<Record<string, object | string>>): string =>
    noteOf({
      kind: "recipe",
      summary: { decision, ...more, evidence: { probe, ...Object(more.evidence) } },
    } as unknown as ArtifactManifest);

  it("is the decision and the probe where nothing else was found", () => {
    assert.equal(recipeNote({}), "1 of 2 stages, probe 90.0 %: only the first");
  });

  it("says how far the images are from the base's pretraining, where that was measured", () => {
    const evidence = { domain: { images: 60, distance: 0.338, error: 0.01, groups: [] } };
    const domain = { verdict: "far", sentence: "far", advice: "none" };
    assert.equal(
      recipeNote({ evidence, domain }),
      "1 of 2 stages, probe 90.0 %, domain far (0.34): only the first",
    );
  });

  it("names suspected copies and what more images would buy", () => {
    const copies = { count: 1, shown: [], compared: 20, threshold: 0.95 };
    const advice = "twice as many would buy 2.0 points";
    assert.equal(
      recipeNote({ copies, advice }),
      "1 of 2 stages, probe 90.0 %: only the first; 1 suspected copy across splits; twice as many would buy 2.0 points",
    );
    assert.equal(
      recipeNote({ copies: { ...copies, count: 0 } }),
      "1 of 2 stages, probe 90.0 %: only the first",
    );
  });
});

describe("the note of a stage that ran out of memory", () => {
  it("says so before what came of it", () => {
    const summary = { validationAccuracy: 0.5, outOfMemory: { at: 64, batchSize: 32 } };
    assert.equal(
      noteOf({ kind: "head", summary } as unknown as ArtifactManifest),
      "trained at batch 32 after running out of memory at 64: validation accuracy 50.0 %",
    );
  });
});
