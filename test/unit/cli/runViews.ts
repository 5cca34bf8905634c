/** Runs in different states, for the tests of what is shown of them. */
import type { RunView } from "../../../client/runs/watch.js";
import type { RunResult } from "../../../spec/pipeline/run.js";

export const STARTED = new Date("2026-11-24T10:15:00Z");

export const RUNNING: RunView = {
  runId: "digits-20261124-101500-ab12",
  model: "digits",
  status: "running",
  startedAt: STARTED,
  stages: [
    { name: "ingest", state: "done", seconds: 8.1, note: "2062 images, 10 classes" },
    { name: "head", state: "running", progress: { phase: "epoch 2/60", step: 2, total: 60 } },
    { name: "evaluate", state: "waiting" },
  ],
};

export const RESULT: RunResult = {
  runId: RUNNING.runId,
  model: "digits",
  version: 3,
  testAccuracy: 0.968,
  testAccuracyInterval: [0.951, 0.979],
  byStage: [
    { stage: "head", accuracy: 0.932 },
    { stage: "tune-1", accuracy: 0.968 },
    { stage: "tune-2", accuracy: 0.966 },
  ],
  scratch: { accuracy: 0.413, seconds: 41.2 },
  artifacts: {},
};

export const COMPLETED: RunView = {
  ...RUNNING,
  status: "completed",
  closedAt: new Date("2026-11-24T10:17:14Z"),
  stages: [
    { name: "head", state: "done", seconds: 12, note: "validation accuracy 93.9 %" },
    {
      name: "tune-1",
      state: "done",
      seconds: 60,
      note: "kept: validation loss 0.312 → 0.281, accuracy 95.2 % → 96.8 %",
    },
    { name: "tune-2", state: "rolled-back", seconds: 40, note: "rolled back: validation loss 0.281 → 0.290" },
  ],
  result: RESULT,
};
