/** A run on the screen: frame, changes, result. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nextCommands, startedText, stillRunningText } from "../../../cli/render/runs/advice.js";
import { resultSummary } from "../../../cli/render/runs/result.js";
import { changedLines, runText } from "../../../cli/render/runs/run.js";
import { downText } from "../../../cli/workerWarning.js";
import type { RunView } from "../../../client/runs/watch.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import { COMPLETED, RESULT, RUNNING } from "./runViews.js";
import { plainScreen } from "./screens.js";

const NOW = new Date("2026-11-24T10:15:42Z");
const URL = "http://127.0.0.1:8233/namespaces/default/workflows/digits-20261124-101500-ab12";

describe("runText", () => {
  it("shows the run, its link and its stages", () => {
    assert.deepEqual(runText(RUNNING, { url: URL, warning: undefined }, NOW, plainScreen()).split("\n"), [
      "digits-20261124-101500-ab12  digits  running  42.0 s",
      URL,
      "",
      "✓ ingest    done             8.1 s  2062 images, 10 classes",
      "▸ head      running      epoch 2/60  ──────────────────── 2/60",
      "· evaluate  waiting",
    ]);
  });

  it("shows how long it will go on whatever the name's length, before the model that the id names", () => {
    const toGo = { stage: 2, of: 9, seconds: 240 };
    const told = (model: string, width: number): readonly string[] => {
      const view = { ...RUNNING, model, runId: `${model}-20261124-101500-ab12` };
      const text = runText(view, { url: undefined, warning: undefined, toGo }, NOW, plainScreen(width));
      return text.slice(0, text.indexOf("\n\n")).split("\n");
    };
    const rest = "running  42.0 s  stage 2 of 9, about 4 min to go";
    assert.deepEqual(told("cat", 80), [`cat-20261124-101500-ab12  cat  ${rest}`]);
    assert.deepEqual(told("birds", 80), [`birds-20261124-101500-ab12  ${rest}`]);
    assert.deepEqual(told("birds-of-europe", 80), ["birds-of-europe-20261124-101500-ab12", rest]);
    assert.deepEqual(told("birds-of-europe", Number.POSITIVE_INFINITY), [
      `birds-of-europe-20261124-101500-ab12  birds-of-europe  ${rest}`,
    ]);
  });

  it("counts the time of a closed run to its end", () => {
    assert.match(
      runText(COMPLETED, { url: undefined, warning: undefined }, NOW, plainScreen()),
      /^\S+ {2}digits {2}completed {2}2:14 min\n\n/,
    );
  });

  it("shows what the run's pod does, below the stages and in lines of the screen's width", () => {
    const pod = {
      phase: "waiting",
      reason: "unschedulable",
      sentence: "0/1 nodes are available: 1 Insufficient nvidia.com/gpu",
      pod: "thaw-digits-x7k2p",
    } as const;
    const lines = runText(
      { ...RUNNING, pod },
      { url: undefined, warning: undefined },
      NOW,
      plainScreen(),
    ).split("\n");
    const last = lines.slice(lines.indexOf("· evaluate  waiting") + 1);
    assert.equal(last[0], "");
    assert.equal(
      last.slice(1).join(" "),
      "Pod thaw-digits-x7k2p (unschedulable): 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
    );
    const [first] = changedLines(RUNNING, { ...RUNNING, pod }, plainScreen());
    assert.match(first ?? "", /^ {2}Pod thaw-digits-x7k2p \(unschedulable\)/);
    assert.deepEqual(changedLines({ ...RUNNING, pod }, { ...RUNNING, pod }, plainScreen()), []);
  });

  it("warns below the stages", () => {
    const warning = downText(["training worker"]);
    const text = runText(RUNNING, { url: undefined, warning }, NOW, plainScreen());
    assert.match(
      text,
      /\n· evaluate {2}waiting\n\n! the training worker is not running: `thaw up` starts it$/,
    );
  });
});

describe("downText", () => {
  it("names one worker or both", () => {
    assert.equal(downText(["control worker"]), "the control worker is not running: `thaw up` starts it");
    assert.equal(
      downText(["control worker", "training worker"]),
      "the control worker and the training worker are not running: `thaw up` starts them",
    );
  });
});

describe("changedLines", () => {
  const screen = plainScreen(Number.POSITIVE_INFINITY);

  it("begins with every stage that does not wait", () => {
    assert.deepEqual(changedLines(undefined, RUNNING, screen), [
      "✓ ingest    done             8.1 s  2062 images, 10 classes",
      "▸ head      running",
    ]);
  });

  it("is silent when only the progress has changed", () => {
    const later: RunView = {
      ...RUNNING,
      stages: RUNNING.stages.map((stage) => ({ ...stage, progress: { phase: "x", step: 3, total: 60 } })),
    };
    assert.deepEqual(changedLines(RUNNING, later, screen), []);
  });

  it("tells of another attempt, and why", () => {
    const stages = RUNNING.stages.map((stage) =>
      stage.name === "head" ? { ...stage, attempt: 2, lastFailure: "the engine died" } : stage,
    );
    assert.deepEqual(changedLines(RUNNING, { ...RUNNING, stages }, screen), [
      "▸ head      running\n            attempt 2, after: the engine died",
    ]);
  });
});

describe("resultSummary", () => {
  it("sets every stage beside the frozen base and the network from scratch, within 80 columns", () => {
    assert.deepEqual(resultSummary(COMPLETED, RESULT, plainScreen()).split("\n"), [
      "digits@3  test accuracy 96.8 %  (95 % interval: 95.1 % – 97.9 %)",
      "  head       93.2 %  head on the frozen base",
      "  tune-1     96.8 %  kept: validation loss 0.312 → 0.281, accuracy 95.2 % →",
      "                     96.8 %",
      "  tune-2          –  rolled back: validation loss 0.281 → 0.290",
      "  scratch    41.3 %  same network from random weights, same time (41.2 s)",
    ]);
  });

  it("cuts no note of a stage, and no figure from its per cent sign, at any width", () => {
    const screen = plainScreen(Number.POSITIVE_INFINITY);
    const whole = resultSummary(COMPLETED, RESULT, screen).replaceAll(/\s+/g, " ");
    for (let width = 60; width < 100; width++) {
      const text = resultSummary(COMPLETED, RESULT, plainScreen(width));
      assert.equal(text.replaceAll(/\s+/g, " "), whole);
      assert.doesNotMatch(text, /^\s*%/m);
    }
  });

  it("gives a rolled-back stage its own figure, not that of the model before it", () => {
    const byStage = RESULT.byStage.map((stage) =>
      stage.stage === "tune-2"
        ? { ...stage, rolledBack: { validationAccuracy: 0.941, before: 0.962 } }
        : stage,
    );
    const [row] = resultSummary(COMPLETED, { ...RESULT, byStage }, plainScreen(120))
      .split("\n")
      .filter((line) => line.includes("tune-2"));
    assert.equal(
      row,
      "  tune-2          –  rolled back at 94.1 % (validation; 96.2 % before): validation loss 0.281 → 0.290",
    );
  });

  it("says above the headline what can void the figure and what is to be checked, and counts the notes", () => {
    const warnings = [
      { code: "leaks", grade: "voids", sentence: "Half of it is known from training.", advice: "repair it" },
      { code: "shortcut", grade: "check", sentence: "The image size tells.", advice: "look" },
      { code: "misnamed-files", grade: "note", sentence: "Some names are wrong.", advice: "nothing" },
    ] as const;
    const lines = resultSummary(COMPLETED, { ...RESULT, warnings }, plainScreen()).split("\n");
    assert.deepEqual(lines.slice(0, 5), [
      "!! The figure may be void. Half of it is known from training.",
      "   → repair it",
      "!  The image size tells.",
      "   → look",
      "·  1 note on the images: `thaw explain digits-20261124-101500-ab12`",
    ]);
  });

  it("gives the recipe's reason and advice in whole, over several lines", () => {
    const note =
      "1 of 2 stages: only the first, because the images are few; twice as many would buy 2 points";
    const stages = [...COMPLETED.stages, { name: "recipe", state: "done", note } as const];
    assert.deepEqual(
      resultSummary({ ...COMPLETED, stages }, RESULT, plainScreen())
        .split("\n")
        .slice(-2),
      [
        "  recipe    1 of 2 stages: only the first, because the images are few; twice as",
        "            many would buy 2 points",
      ],
    );
  });
});

describe("resultSummary of a model whose test images are unlike the validation images", () => {
  it("says so first, and withholds what more images would buy", () => {
    const note = "both stages: why; twice as many images would buy about 2 points (scope)";
    const stages = [...COMPLETED.stages, { name: "recipe", state: "done", note } as const];
    const sentence = "The validation images do not resemble the test images: figures.";
    const result: RunResult = { ...RESULT, resemblance: { verdict: "differs", sentence } };
    const text = resultSummary({ ...COMPLETED, stages }, result, plainScreen(160));
    assert.equal(text.split("\n")[0], `! ${sentence}`);
    assert.match(text, /both stages: why; what more images would buy is not said/);
    assert.doesNotMatch(text, /twice as many/);
    const alike: RunResult = { ...RESULT, resemblance: { verdict: "alike", sentence } };
    assert.match(
      resultSummary({ ...COMPLETED, stages }, alike, plainScreen(160)),
      /^digits@3 [^!]*twice as many/,
    );
  });
});

describe("resultSummary of a small set", () => {
  it("begins with what the folds say, and sets the one hold-out beside it", () => {
    const folds = { count: 5, images: 253, accuracy: 0.889, headAccuracy: 0.85, pValue: 0.0312 };
    const result: RunResult = { ...RESULT, folds: { ...folds, accuracyInterval: [0.83, 0.94] } };
    assert.deepEqual(resultSummary(COMPLETED, result, plainScreen(120)).split("\n").slice(0, 4), [
      "digits@3  accuracy over 5 folds 88.9 %  (95 % interval: 83.0 % – 94.0 %)",
      "  untuned    85.0 %  over the folds: the head alone, 253 images, difference p = 0.031",
      "  hold-out   96.8 %  the model that is registered, once; 95 % interval: 95.1 % – 97.9 %. By stage:",
      "  head       93.2 %  head on the frozen base",
    ]);
  });
});

describe("advice", () => {
  it("names the next commands after each event", () => {
    assert.deepEqual(startedText("digits-1", URL, plainScreen()).split("\n"), [
      "Started digits-1",
      URL,
      "  thaw watch digits-1   # follow it",
      "  thaw cancel digits-1  # stop it",
    ]);
    assert.equal(
      stillRunningText("digits-1"),
      "The run goes on.\n  thaw watch digits-1   # follow it again\n  thaw cancel digits-1  # stop it",
    );
    assert.equal(
      nextCommands(RESULT),
      [
        "  thaw report digits-20261124-101500-ab12  # the report, as HTML",
        "  thaw predict digits FILE…                # classify images with it",
      ].join("\n"),
    );
  });
});
