/** Explanations of runs in all conditions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../../../client/explain/explain.js";
import type { Explanation, Situation, Task } from "../../../../client/explain/situation.js";
import type { RunView } from "../../../../client/runs/watch.js";
import type { LiveStage, RunResult } from "../../../../spec/pipeline/run.js";

const START = new Date("2026-11-25T08:00:00Z");
const INGEST: LiveStage = {
  name: "ingest",
  state: "done",
  seconds: 8,
  artifact: { kind: "ingest", key: "k", digest: "d" },
};
const HEAD: LiveStage = {
  name: "head",
  state: "running",
  progress: { phase: "epoch 2/60", step: 12, total: 60, loss: 0.5, etaSeconds: 70 },
};
const EVALUATE: LiveStage = { name: "evaluate", state: "waiting" };
const RECIPE: LiveStage = {
  name: "recipe",
  state: "cached",
  note: "one stage of two: fewer than 100 images",
};
const DROPPED: LiveStage = { name: "tune-2", state: "skipped", note: "fewer than 100 images" };
const ROLLED_BACK: LiveStage = {
  name: "tune-1",
  state: "rolled-back",
  seconds: 61,
  note: "rolled back: loss 0.2 → 0.3",
};
const WITHOUT_FOLDS: RunResult = {
  runId: "r",
  model: "m",
  version: 1,
  testAccuracy: 0.88,
  testAccuracyInterval: [0.76, 0.95],
  byStage: [],
  artifacts: {},
};
const RESULT: RunResult = {
  ...WITHOUT_FOLDS,
  folds: {
    ...{ count: 5, images: 253, accuracy: 0.842, headAccuracy: 0.826, pValue: 0.42 },
    accuracyInterval: [0.78, 0.89],
  },
};
const TASK: Task = {
  stage: "head",
  isLookup: false,
  state: "running",
  queue: "thaw-training",
  attempt: 1,
  mostAttempts: 10,
  seconds: 65,
  silentSeconds: 1.2,
  mostSilentSeconds: 120,
};

function situation(view: Partial<RunView>, more: Partial<Situation> = {}): Situation {
  return {
    view: {
      runId: "r",
      model: "m",
      status: "running",
      startedAt: START,
      stages: [INGEST, HEAD, EVALUATE],
      ...view,
    },
    tasks: [],
    waiting: [],
    causes: [],
    lastLines: [],
    embedded: true,
    ...more,
  };
}
const closed = (seconds: number): Pick<RunView, "closedAt"> => ({
  closedAt: new Date(START.getTime() + 1000 * seconds),
});

interface Case {
  readonly given: Situation;
  readonly condition: Explanation["condition"];
  /** All sentences, or the parts that matter. */
  readonly says: readonly (string | RegExp)[];
  readonly advice: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "a stage that trains": {
    given: situation({}, { tasks: [TASK] }),
    condition: "working",
    says: [
      "Stage head has been running for 1 min 5 s: epoch 2/60, 12 of 60, loss 0.500, about 1 min 10 s to go; last sign of life 1 s ago.",
      "1 of 3 stages is over; evaluate is to come.",
    ],
    advice: /thaw watch r/,
  },
  "a stage that is silent": {
    given: situation({}, { tasks: [{ ...TASK, silentSeconds: 40 }] }),
    condition: "working",
    says: [/no sign of life for 40 s, and after 2 min 0 s the server starts another attempt\.$/, /1 of 3/],
    advice: /thaw watch/,
  },
  "the workflow between two stages, and what was decided so far": {
    given: situation({ stages: [INGEST, RECIPE, DROPPED, EVALUATE] }),
    condition: "working",
    says: [
      "The workflow decides what comes next.",
      "3 of 4 stages are over; evaluate is to come.",
      "The recipe decided: one stage of two: fewer than 100 images.",
      "tune-2 was left out: fewer than 100 images.",
    ],
    advice: /thaw watch/,
  },
  "no worker on the training queue": {
    given: situation(
      {},
      {
        tasks: [{ ...TASK, state: "queued", seconds: 30 }],
        waiting: [{ name: "thaw-training", served: "nobody" }],
      },
    ),
    condition: "waiting-for-worker",
    says: [
      "It waits for the training worker: no worker polls the queue thaw-training.",
      "Stage head has waited for 30 s.",
      /1 of 3/,
    ],
    advice: /`thaw up`/,
  },
  "no control worker of one's own": {
    given: situation(
      { stages: [] },
      { waiting: [{ name: "thaw-control", served: "nobody" }], embedded: false },
    ),
    condition: "waiting-for-worker",
    says: ["It waits for the control worker: no worker polls the queue thaw-control."],
    advice: /node dist\/worker\/control\.js/,
  },
  "a worker process that is down, before Temporal misses it": {
    given: situation(
      {},
      { tasks: [TASK], workerDown: "the training worker is not running: `thaw up` starts it" },
    ),
    condition: "waiting-for-worker",
    says: ["The training worker is not running.", /1 of 3/],
    advice: /`thaw up`/,
  },
  "a pod that no node has room for": {
    given: situation(
      {
        pod: {
          phase: "waiting",
          reason: "unschedulable",
          sentence: "0/1 nodes are available: 1 Insufficient nvidia.com/gpu",
          pod: "thaw-r-x7k2p",
        },
      },
      { tasks: [{ ...TASK, state: "queued", seconds: 30, queue: "thaw-run-r" }] },
    ),
    condition: "waiting-for-pod",
    says: [
      "It waits for its pod. Pod thaw-r-x7k2p (unschedulable): 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
      /1 of 3/,
    ],
    advice: /ask for less under kubernetes\.resources/,
  },
  "a pod for other stages": {
    given: situation(
      {
        pod: {
          phase: "waiting",
          group: "evaluate",
          reason: "quota",
          sentence: "the namespace's quota has no room for it",
        },
      },
      { tasks: [{ ...TASK, state: "queued", seconds: 30, queue: "thaw-run-r-evaluate" }] },
    ),
    condition: "waiting-for-pod",
    says: [
      "It waits for its pod. The run's pod for evaluate (quota): the namespace's quota has no room for it.",
      /1 of 3/,
    ],
    advice: /ask for less under kubernetes\.stages\.evaluate\.resources/,
  },
  "a pod between two lives": {
    given: situation(
      {
        pod: {
          phase: "starting",
          reason: "pulling",
          sentence: "its node a pulls the image",
          pod: "thaw-r-2",
          ended: 1,
          lastEnd: { reason: "evicted", sentence: "it was evicted, as when a node is drained" },
        },
      },
      { tasks: [{ ...TASK, lastFailure: "the worker gave no sign of life; it may have died" }] },
    ),
    condition: "waiting-for-pod",
    says: [
      "It waits for its pod. Pod thaw-r-2 (pulling): its node a pulls the image; the one before ended (evicted): it was evicted, as when a node is drained.",
      /1 of 3/,
    ],
    advice: /thaw cancel r/,
  },
  "a cluster that does not answer": {
    given: situation(
      {},
      { tasks: [TASK], podTrouble: "creating the Job of run r: the API server does not answer" },
    ),
    condition: "waiting-for-pod",
    says: [/asked again: creating the Job of run r: the API server does not answer\.$/, /1 of 3/],
    advice: /API server/,
  },
  "a pod that runs is no news": {
    given: situation(
      { pod: { phase: "running", reason: "running", sentence: "it runs", pod: "thaw-r-x7k2p" } },
      { tasks: [TASK] },
    ),
    condition: "working",
    says: [/^Stage head has been running/, /1 of 3/],
    advice: /thaw watch r/,
  },
  "a worker that is busy with another run": {
    given: situation(
      {},
      {
        tasks: [{ ...TASK, state: "queued" }],
        waiting: [{ name: "thaw-training", served: "busy", busyWith: ["other"] }],
      },
    ),
    condition: "queued",
    says: ["It waits for the training worker, which works on run other.", /1 of 3/],
    advice: /by itself/,
  },
  "a failed attempt, before the next": {
    given: situation(
      {},
      {
        tasks: [
          {
            ...TASK,
            state: "backing-off",
            attempt: 3,
            nextTrySeconds: 4.2,
            lastFailure: "the training process ended by SIGKILL",
          },
        ],
      },
    ),
    condition: "retrying",
    says: [
      "Stage head is tried again after a failure: the training process ended by SIGKILL.",
      "Attempt 3 of 10 begins in 4 s.",
      /1 of 3/,
    ],
    advice: /thaw logs r --stage head/,
  },
  "the last attempt": {
    given: situation({}, { tasks: [{ ...TASK, attempt: 10, lastFailure: "it died" }] }),
    condition: "retrying",
    says: [
      /after a failure: it died\.$/,
      /running for 1 min 5 s, attempt 10 of 10: epoch/,
      "It is the last attempt.",
      /1 of 3/,
    ],
    advice: /thaw logs/,
  },
  "a stage that is paused in Temporal": {
    given: situation({}, { tasks: [{ ...TASK, state: "paused" }] }),
    condition: "paused",
    says: ["Stage head is paused in Temporal, so no worker takes it.", /1 of 3/],
    advice: /temporal activity unpause -w r --activity-id head/,
  },
  "a workflow whose code fails": {
    given: situation({
      stages: [INGEST, { ...EVALUATE, lastFailure: "the workflow cannot go on: x is not defined" }],
    }),
    condition: "retrying",
    says: [
      "It makes no headway, and the server tries again and again: the workflow cannot go on: x is not defined.",
      /1 of 2/,
    ],
    advice: /the version of thaw that began this run/,
  },
  "bad data": {
    given: situation(
      {
        ...closed(9),
        status: "failed",
        stages: [{ name: "ingest", state: "failed" }, HEAD],
        failure: {
          code: "DATA_INVALID",
          message: "no image of cats can be read",
          hint: "look at the files",
          stage: "ingest",
        },
      },
      {
        causes: [
          "activity ingest (ingest) was not tried again, because another attempt would end the same",
          "DATA_INVALID: no image of cats can be read",
        ],
      },
    ),
    condition: "failed",
    says: [
      "Stage ingest failed after 9 s with DATA_INVALID: no image of cats can be read.",
      "What Temporal recorded, from the outside in: activity ingest (ingest) was not tried again, because another attempt would end the same.",
    ],
    advice: /^look at the files\n`thaw logs r --stage ingest`/,
  },
  "a failure before the first stage began": {
    given: situation({
      ...closed(1),
      status: "failed",
      stages: [{ name: "ingest", state: "failed" }, HEAD],
      failure: { code: "DATA_INVALID", message: "no file", hint: "look", stage: "ingest", atLookup: true },
    }),
    condition: "failed",
    says: [
      "The look-up before stage ingest, which did not begin, failed after 1 s with DATA_INVALID: no file.",
    ],
    advice: /^look$/,
  },
  "a failure after finished stages": {
    given: situation({
      ...closed(90),
      status: "timed-out",
      failure: { code: "RUN_FAILED", message: "time ran out." },
    }),
    condition: "failed",
    says: ["The run failed after 1 min 30 s with RUN_FAILED: time ran out.", "Ingest is in the store."],
    advice: /`thaw run` with the same file reuses/,
  },
  "a cancelled run": {
    given: situation({
      ...closed(5),
      status: "cancelled",
      stages: [INGEST, { name: "head", state: "cancelled" }, { name: "evaluate", state: "not-run" }],
      failure: { code: "RUN_CANCELLED", message: "the run was cancelled" },
    }),
    condition: "cancelled",
    says: [
      "The run was cancelled during head after 5 s.",
      "Ingest is in the store.",
      "Evaluate did not run.",
    ],
    advice: /^`thaw resume \S+` goes on/,
  },
  "a run from the cache": {
    given: situation({
      ...closed(2),
      status: "completed",
      stages: [{ ...INGEST, state: "cached" }, RECIPE, DROPPED],
    }),
    condition: "completed",
    says: [
      "The run completed in 2 s.",
      /^It was so quick because nothing was computed: the artifacts of both stages were in the store already/,
      /^The recipe decided/,
      /^tune-2 was left out/,
    ],
    advice: /thaw report r/,
  },
  "a run whose stages waited for a worker": {
    given: situation({
      ...closed(70),
      status: "completed",
      stages: [
        { ...INGEST, seconds: 10, waited: 2 },
        { name: "features", state: "done", seconds: 56, waited: 53 },
      ],
    }),
    condition: "completed",
    says: [
      "The run completed in 1 min 10 s.",
      "Most of the time its stages waited for a worker (55 s); the most work was ingest (8 s) and features (3 s).",
    ],
    advice: /thaw report/,
  },
  "a run whose stages waited some time for a worker": {
    given: situation({
      ...closed(70),
      status: "completed",
      stages: [INGEST, { name: "features", state: "done", seconds: 56, waited: 20 }],
    }),
    condition: "completed",
    says: [
      "The run completed in 1 min 10 s.",
      "Most of the time went into features (36 s) and ingest (8 s); besides, its stages waited for a worker (20 s).",
    ],
    advice: /thaw report/,
  },
  "a run that compared bases": {
    given: situation({
      ...closed(70),
      status: "completed",
      stages: [
        { ...INGEST, state: "cached" },
        {
          name: "features-2",
          state: "done",
          seconds: 30,
          artifact: { kind: "features", key: "f", digest: "d" },
        },
        { name: "features", state: "cached", artifact: { kind: "features", key: "f", digest: "d" } },
      ],
    }),
    condition: "completed",
    says: [
      "The run completed in 1 min 10 s.",
      "1 stage came from the store and cost nothing: ingest.",
      "Features was made by this run itself, for the choice between the bases.",
      "Most of the time went into features-2 (30 s).",
    ],
    advice: /thaw report/,
  },
  "labels that cannot be learned": {
    given: situation({
      ...closed(30),
      status: "failed",
      stages: [
        { ...INGEST, note: "80 images, 2 classes, 20 pictures with contradicting labels" },
        { name: "recipe", state: "failed" },
      ],
      failure: { code: "DATA_UNLEARNABLE", message: "no better than the largest class" },
    }),
    condition: "failed",
    says: [
      /DATA_UNLEARNABLE/,
      "Of the images it was known: 80 images, 2 classes, 20 pictures with contradicting labels.",
      "Ingest is in the store.",
    ],
    advice: /reuses/,
  },
  "a run with folds, whose figure comes first": {
    given: situation({ ...closed(2), status: "completed", stages: [], result: RESULT }),
    condition: "completed",
    says: [
      "The run completed in 2 s: m@1, 84.2 % over 5 folds (95 % interval 78.0 % to 89.0 %); the registered model 88.0 % on the held-out images.",
    ],
    advice: /thaw report/,
  },
  "a run without folds": {
    given: situation({ ...closed(2), status: "completed", stages: [], result: WITHOUT_FOLDS }),
    condition: "completed",
    says: ["The run completed in 2 s: m@1, 88.0 % on the held-out images."],
    advice: /thaw report/,
  },
  "a run that computed some": {
    given: situation({ ...closed(3700), status: "completed", stages: [RECIPE, INGEST, ROLLED_BACK] }),
    condition: "completed",
    says: [
      "The run completed in 1 h 2 min.",
      "1 stage came from the store and cost nothing: recipe.",
      "Most of the time went into tune-1 (1 min 1 s) and ingest (8 s).",
      /^The recipe decided/,
      "The gate did not keep tune-1: rolled back: loss 0.2 → 0.3.",
    ],
    advice: /thaw report/,
  },
};

for (const [what, { given, condition, says, advice }] of Object.entries(CASES)) {
  test(what, () => {
    const found = explain(given);
    assert.equal(found.condition, condition);
    assert.equal(found.sentences.length, says.length, found.sentences.join("\n"));
    says.forEach((said, index) => {
      const sentence = found.sentences[index] ?? "";
      if (typeof said === "string") assert.equal(sentence, said);
      else assert.match(sentence, said);
    });
    assert.match(found.advice.join("\n"), advice);
    for (const sentence of found.sentences) assert.match(sentence, /[^.]\.$/, "one full stop");
  });
}

test("a paused stage of a newer workflow is explained, too", () => {
  const stage = { name: "head", state: "paused", note: "since 08:10 by ada" } as unknown as LiveStage;
  const { condition, sentences, advice } = explain(situation({ stages: [INGEST, stage] }));
  assert.equal(condition, "paused");
  assert.equal(sentences[0], "Stage head is paused since 08:10 by ada.");
  assert.match(advice.join(), /thaw unpause r/);
});
