/** Notes of a dataset with look-alikes, and of an evaluation whose validation and test differ. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { noteOf } from "../../../activities/notes.js";
import type { ArtifactManifest } from "../../../store/artifacts/artifacts.js";
import { NO_FAULTS } from "../report/sampleFaults.js";
import { sampleReport } from "../report/sampleReport.js";

const manifest = (kind: string, summary: unknown) => ({ kind, summary }) as ArtifactManifest;
const { dataset, evaluation } = sampleReport({ quarantined: 0 });

test("look-alikes are not called contradicting labels", () => {
  const faults = { ...NO_FAULTS, lookAlikes: { count: 13, shown: [] } };
  const note = noteOf(manifest("ingest", { ...dataset, faults }));
  assert.match(note, /, 13 pictures whose images look alike and are labelled differently$/);
  assert.doesNotMatch(note, /contradict/);
});

test("that validation and test differ comes before the figure", () => {
  const { accuracy } = evaluation;
  const resemblance = { verdict: "differs", sentence: "They differ.", accuracy } as const;
  assert.match(
    noteOf(manifest("evaluate", { ...evaluation, resemblance })),
    /^validation unlike test! test accuracy /,
  );
  assert.match(noteOf(manifest("evaluate", evaluation)), /^test accuracy /);
});
