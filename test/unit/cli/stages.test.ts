/** The rows of a run's stages. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explanationText } from "../../../cli/render/runs/explain.js";
import { stageTable } from "../../../cli/render/runs/stages.js";
import { widthOf } from "../../../cli/render/text.js";
import type { LiveStage } from "../../../spec/pipeline/run.js";
import { colourScreen, plainScreen } from "./screens.js";

const STAGES: readonly LiveStage[] = [
  { name: "ingest", state: "cached", seconds: 0.12, note: "2062 images, 10 classes" },
  { name: "features", state: "done", seconds: 75, note: "12000 views × 1280 features" },
  {
    name: "tune-1",
    state: "rolled-back",
    seconds: 4020,
    note: "rolled back: validation loss 0.312 → 0.344, accuracy 96.8 % → 96.2 %",
  },
  {
    name: "tune-2",
    state: "running",
    attempt: 2,
    progress: {
      phase: "epoch 3/8",
      step: 120,
      total: 380,
      loss: 0.41234,
      validationAccuracy: 0.9612,
      imagesPerSecond: 85.3,
      etaSeconds: 134,
    },
    lastFailure: "activity Heartbeat timeout: the worker was killed",
  },
  { name: "tune-3", state: "skipped", note: "only the first two stages" },
  { name: "evaluate", state: "waiting" },
  { name: "register", state: "failed", seconds: 3, note: "the store does not answer" },
  { name: "report", state: "cancelled", note: "cancelled" },
  { name: "tune-4", state: "not-run", note: "register failed" },
];

describe("stageTable", () => {
  it("tells a pause beside the time, and since when in the reader's", () => {
    const since = new Date(2025, 10, 30, 14, 3);
    const told = (stage: LiveStage): string => stageTable([stage], plainScreen(), [stage], "whole");
    assert.match(
      told({ name: "head", state: "paused", note: `since ${since.toISOString()} by anna@lab` }),
      / since 2025-11-30 14:03 by anna@lab$/,
    );
    assert.match(
      told({ name: "head", state: "done", seconds: 12, paused: 7200, note: "kept" }),
      / 12\.0 s {2}kept; paused for 2:00 h besides$/,
    );
    const { condition, status } = { condition: "paused", status: "running" } as const;
    const sentences = [`Stage head is paused since ${since.toISOString()} by anna@lab.`];
    const of = { runId: "r", condition, status, sentences, advice: [], warnings: [], lastLines: [] };
    assert.match(explanationText(of, plainScreen()), /paused since 2025-11-30 14:03 by/);
  });

  it("fits 80 columns, with the metrics below the bar", () => {
    assert.deepEqual(stageTable(STAGES, plainScreen(80)).split("\n"), [
      "= ingest    cached           0.1 s  2062 images, 10 classes",
      "✓ features  done          1:15 min  12000 views × 1280 features",
      "↶ tune-1    rolled-back     1:07 h  rolled back: validation loss 0.312 → 0.344,…",
      "▸ tune-2    running      epoch 3/8  ━━━━━━────────────── 120/380  ETA 2:14 min",
      "                         loss 0.412 · val. accuracy 96.1 % · 85 images/s",
      "            attempt 2, after: activity Heartbeat timeout: the worker was killed",
      "– tune-3    skipped                 only the first two stages",
      "· evaluate  waiting",
      "✗ register  failed           3.0 s  the store does not answer",
      "■ report    cancelled               cancelled",
      "· tune-4    not-run                 register failed",
    ]);
  });

  it("has notes and failures whole where nothing is drawn over, below the row where the column is narrow", () => {
    const tune = STAGES.filter(({ name }) => name.startsWith("tune-1"));
    const whole = (stages: readonly LiveStage[], width: number): readonly string[] =>
      stageTable(stages, plainScreen(width), stages, "whole").split("\n");
    assert.deepEqual(whole(tune, 80), [
      "↶ tune-1    rolled-back     1:07 h  rolled back: validation loss 0.312 → 0.344,",
      "                                    accuracy 96.8 % → 96.2 %",
    ]);
    assert.deepEqual(whole(tune, 50), [
      "↶ tune-1    rolled-back     1:07 h",
      "            rolled back: validation loss 0.312 →",
      "            0.344, accuracy 96.8 % → 96.2 %",
    ]);
    const failure = `${"a long story of a worker ".repeat(4)}that was killed`;
    const again: LiveStage = { name: "head", state: "running", attempt: 2, lastFailure: failure };
    const failed: LiveStage = { name: "head", state: "failed", seconds: 3, note: failure };
    assert.ok(whole([failed], 80).length > 2);
    const cut = stageTable([...tune, failed], plainScreen(80), undefined, "failures-cut").split("\n");
    assert.match(cut.at(-1) ?? "", /^✗ head .+…$/, "it is told as the error of the run");
    assert.equal(cut.length, 3);
    const [, ...lines] = whole([again], 60);
    assert.equal(lines.map((line) => line.trim()).join(" "), `attempt 2, after: ${failure}`);
    for (const width of [10, 40, 60, 80])
      for (const line of whole(STAGES, width)) if (width > 30) assert.ok(widthOf(line) <= width, line);
  });

  it("puts the metrics beside the bar where there is room", () => {
    const lines = stageTable(STAGES, plainScreen(120)).split("\n");
    assert.equal(
      lines[3],
      "▸ tune-2    running      epoch 3/8  ━━━━───────── 120/380  ETA 2:14 min  loss 0.412 · val. accuracy 96.1 % · 85 images/s",
    );
    assert.equal(lines[4], "            attempt 2, after: activity Heartbeat timeout: the worker was killed");
  });

  it("leaves the bar away where even a short one does not fit", () => {
    const lines = stageTable(STAGES, plainScreen(60)).split("\n");
    assert.equal(lines[3], "▸ tune-2    running      epoch 3/8  120/380  ETA 2:14 min");
  });

  it("has one row for folds that are left out for one reason, and others for other reasons", () => {
    const folds: readonly LiveStage[] = [1, 2, 3, 4].map((fold) => ({
      name: `fold-${fold}`,
      state: "skipped",
      note: fold < 4 ? "no folds: 171 images are enough" : "asked for three",
    }));
    assert.deepEqual(stageTable(folds, plainScreen(80)).split("\n"), [
      "– fold-1…3  skipped                 no folds: 171 images are enough",
      "– fold-4    skipped                 asked for three",
    ]);
  });

  it("cuts nothing off in a pipe", () => {
    const lines = stageTable(STAGES, plainScreen(Number.POSITIVE_INFINITY)).split("\n");
    assert.match(lines[2] ?? "", /accuracy 96\.8 % → 96\.2 %$/);
  });

  it("shows a stage that has not reported yet", () => {
    const stage: LiveStage = { name: "head", state: "running", attempt: 1 };
    assert.equal(stageTable([stage], plainScreen()), "▸ head      running");
  });

  it("draws no bar for a single step", () => {
    const progress = { phase: "looking for the artifact", step: 0, total: 1 };
    const stage: LiveStage = { name: "ingest", state: "running", progress };
    assert.equal(stageTable([stage], plainScreen()), "▸ ingest    running      looking for the artifact");
  });

  it("says how long a stage that lives has told nothing", () => {
    const shown = (ageSeconds: number): string => {
      const progress = { phase: "epoch 2/8", step: 0, total: 1, ageSeconds };
      return stageTable([{ name: "head", state: "running", progress }], plainScreen());
    };
    assert.equal(shown(9), "▸ head      running      epoch 2/8");
    assert.equal(shown(45), "▸ head      running      epoch 2/8  no news for 45 s");
  });

  it("counts steps without a bar while the total is unknown", () => {
    const progress = { phase: "listing", step: 1200, total: 0 };
    const stage: LiveStage = { name: "ingest", state: "running", progress };
    assert.equal(stageTable([stage], plainScreen()), "▸ ingest    running      listing  1200");
  });

  for (const width of [40, 60, 80, 100, 120, 200]) {
    it(`never goes beyond ${width} columns, also in colour`, () => {
      for (const line of stageTable(STAGES, colourScreen(width)).split("\n")) {
        assert.ok(widthOf(line) <= width, `${widthOf(line)} columns: ${line}`);
      }
    });
  }
});
