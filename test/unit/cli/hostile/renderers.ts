/** Every renderer of `cli/render/`, with data of the kind that it shows. */

import { doctorText } from "../../../../cli/render/machine/doctor.js";
import { gcTable } from "../../../../cli/render/machine/gc.js";
import { provisionLine } from "../../../../cli/render/machine/provision.js";
import { servicesTable, workText } from "../../../../cli/render/machine/services.js";
import { approvalsText, decidedText } from "../../../../cli/render/models/approvals.js";
import { comparedText } from "../../../../cli/render/models/compared.js";
import { deliveriesTable } from "../../../../cli/render/models/deliveries.js";
import { diffText } from "../../../../cli/render/models/diff.js";
import { driftText } from "../../../../cli/render/models/drift.js";
import { exportedText } from "../../../../cli/render/models/exported.js";
import { filesTable, modelText } from "../../../../cli/render/models/files.js";
import { historyText } from "../../../../cli/render/models/history.js";
import { lineageText } from "../../../../cli/render/models/lineage.js";
import { modelsTable } from "../../../../cli/render/models/models.js";
import {
  answeredText,
  leftOutText,
  predictionsTable,
  unreadable,
  untoldText,
} from "../../../../cli/render/models/predictions.js";
import { proofText } from "../../../../cli/render/models/proof.js";
import { ticksTable } from "../../../../cli/render/models/ticks.js";
import {
  afterCancel,
  afterFailure,
  commandList,
  nextCommands,
  startedText,
  stillRunningText,
} from "../../../../cli/render/runs/advice.js";
import { explanationText } from "../../../../cli/render/runs/explain.js";
import { foldsHeadline } from "../../../../cli/render/runs/folds.js";
import { logLine } from "../../../../cli/render/runs/logs.js";
import { planText, startedTimeText } from "../../../../cli/render/runs/plan.js";
import { resultSummary } from "../../../../cli/render/runs/result.js";
import { changedLines, runText } from "../../../../cli/render/runs/run.js";
import { runsTable } from "../../../../cli/render/runs/runs.js";
import { seenText } from "../../../../cli/render/runs/seen.js";
import { progressText, stageTable } from "../../../../cli/render/runs/stages.js";
import { steeringLines } from "../../../../cli/render/runs/steering.js";
import { appliedText, schedulesTable, scheduleText } from "../../../../cli/render/schedules/schedules.js";
import { seriousLines, voidMarkText, warningLines, warningMark } from "../../../../cli/render/warnings.js";
import { wrapWords } from "../../../../cli/render/words.js";
import { APPROVAL } from "../../../support/models/approvals.js";
import { FOLDS, SCANS } from "../../../support/models/modelVersions.js";
import { COMPLETED, RESULT, RUNNING, STARTED } from "../runViews.js";
import { OF_BASES } from "./baseRenderers.js";
import { one, type Rendered } from "./rendered.js";

const NOW = new Date("2026-11-29T12:00:00Z");
const WARNINGS = (["voids", "check", "note"] as const).map((grade) => ({
  grade,
  code: "leaks" as const,
  sentence: "a sentence that names the class cat",
  advice: "look at cat/1.jpg",
}));
const FAILED_STAGE = {
  name: "tune-1",
  state: "failed",
  attempt: 2,
  lastFailure: "it broke over cat/1.jpg",
  note: "a note",
  seconds: 3,
} as const;
const PROGRESS = { phase: "epoch 1/2", step: 1, total: 40, loss: 0.5 };
const SIDE = {
  model: "digits",
  version: 1,
  runId: "digits-1",
  classes: 2,
  testImages: 20,
  accuracy: 0.9,
  accuracyInterval: [0.8, 0.95],
  balancedAccuracy: 0.9,
  macroF1: 0.9,
  loss: 0.3,
};
const LOG_LINE = {
  time: "2026-11-25T08:14:03.000Z",
  stage: "head",
  attempt: 1,
  level: "warn",
  message: "TensorFlow said a word",
};
const CONTROL = {
  paused: { since: "2026-11-25T08:14:03.000Z", by: "anna@lab" },
  commands: [
    {
      seq: 1,
      command: { kind: "pause" },
      by: "anna@lab",
      at: "2026-11-25T08:14:03.000Z",
      state: "accepted",
      stage: "head",
    },
  ],
};
const VIEW = {
  ...RUNNING,
  resumedFrom: "digits-0",
  stages: [...RUNNING.stages, FAILED_STAGE],
  control: CONTROL,
};
const POD = {
  phase: "waiting",
  reason: "quota",
  sentence: "exceeded quota: gpus",
  name: "pod",
  node: "node",
};

const DECISION = {
  ...{ seq: 2, version: 2, before: 1, at: "2026-01-01T00:00:00Z", by: "ann@desk" },
  ...{ how: "manual", note: "sharper" },
};
const PROOF = {
  ...{ model: "digits", championVersion: 1, challengerVersion: 2, promotable: false, verdict: "cannot-say" },
  ...{ sentence: "neither is proven", vetoes: ["cat is worse"], images: 40, groups: 30, margin: 0.01 },
  ...{ look: 1, levelOfLook: 0.005, policy: { level: 0.05, looks: 10 } },
  classes: [{ name: "cat", images: 20, champion: 0.9, challenger: 0.8, pWorse: 0.4, verdict: "held" }],
};
const TICK = {
  ...{ at: "2026-01-01T00:00:00Z", verdict: "promoted", version: 2, look: { images: 40 } },
  sentence: "digits@2 is digits@champion now",
  drift: { sentence: "it looks the same" },
};
const SCHEDULE = {
  ...{
    id: "thaw-digits",
    state: "paused",
    differs: true,
    model: "digits",
    images: "/photos",
    by: "ann@desk",
  },
  times: { crons: ["0 3 * * *"], timezone: "Europe/Berlin", jitter: 60, skip: ["* 8-17 * * *"] },
  policies: { overlap: "skip", catchup: 3600, pauseAfter: 2 },
  ...{
    note: "nightly",
    at: "2026-01-01T00:00:00Z",
    next: ["2026-01-02T02:00:00Z"],
    running: ["thaw-digits-1"],
  },
  pause: { note: "new camera", by: "ann@desk", at: "2026-01-01T00:00:00Z" },
};
const LOOKS = {
  looks: [{ at: "2026-01-01T02:00:00Z", workflowId: "thaw-digits-2", outcome: "failed", sentence: "no cat" }],
  absent: [{ at: "2026-01-01T02:00:00Z", why: "paused", sentence: "ann@desk: new camera" }],
  absentSince: "2026-01-01T00:00:00Z",
};

const IMAGE = { path: "cat/1.jpg", sha256: "ab", label: "cat", split: "train", from: "dog" };
const DIFF_SIDE = {
  ...SIDE,
  ...{ weightsBytes: 1, trainingSeconds: 2, seconds: 3, epochs: 4, engines: ["tf"] },
  from: { base: "own@1", checkpoint: "ab" },
};
const DIFF = {
  ...{ a: DIFF_SIDE, b: DIFF_SIDE, onlyTestOf: { a: 1, b: 1 }, labelledOtherwise: 0 },
  data: {
    ...{
      images: { a: 2, b: 2 },
      same: 1,
      added: { count: 1, shown: [IMAGE] },
      removed: { count: 0, shown: [] },
    },
    relabelled: { count: 1, shown: [IMAGE] },
    moved: [{ from: "test", to: "train", images: 1 }],
    classes: [{ name: "cat", a: 1, b: 2, added: 1, removed: 0, gained: 1, lost: 0 }],
  },
  parameters: [
    { key: "data.path", a: "photos", b: "more" },
    { key: "head.stages", a: ["top"] },
  ],
  code: [{ key: "head", a: 1, b: 2 }],
  classes: [
    { name: "cat", images: 20, a: 0.5, b: 1, onlyA: 0, onlyB: 10, pValue: 0.01, verdict: "b-better" },
  ],
  warnings: { added: WARNINGS, gone: [] },
};
const LINEAGE = {
  subject: { kind: "model", name: "digits@1", digest: "ab", text: "a text" },
  up: [
    {
      ...{ kind: "run", name: "digits-1", relation: "registered-by", at: "2026-01-01T00:00:00Z" },
      nodes: [{ kind: "source", name: "photos", relation: "read-from", digest: "cd" }],
    },
  ],
  down: [
    {
      kind: "image",
      name: "cat/1.jpg",
      relation: "in-dataset",
      label: "cat",
      split: "train",
      text: "a text",
    },
  ],
};

const DRIFT = {
  ...{
    model: { name: "digits", version: 1 },
    verdict: "different",
    sentence: "looks different",
    level: 0.05,
  },
  ...{ distance: 1.2, accuracy: { heldOut: 0.9 } },
  properties: ["darker", "larger"].map((name) => ({
    name,
    effect: 0.5,
    pValue: 0.01,
    sentence: `they are ${name}`,
  })),
  outputs: [
    { name: "cat", distance: 0.4, pValue: 0.001, heldOutShare: 0.5, newShare: 0.1, sharePValue: 0.002 },
  ],
  newest: [{ path: "new/1.jpg", predicted: "cat", confidence: 0.6, distance: 2.1 }],
  images: {
    ...{ found: 900, read: 600, known: 3, copies: 2, compared: 500, heldOut: 200 },
    unreadable: { count: 1, shown: [{ path: "new/2.jpg", error: "it is no image" }] },
  },
};

export const RENDERED: readonly Rendered[] = [
  one("schedulesTable", { schedules: [SCHEDULE] }, (list, screen) => schedulesTable(list, screen, NOW)),
  one("scheduleText", { ...SCHEDULE, ...LOOKS }, (story, screen) => scheduleText(story, screen, NOW)),
  one("scheduleText", { ...SCHEDULE, looks: [], state: "lost" }, (story, screen) =>
    scheduleText(story, screen, NOW),
  ),
  one(
    "appliedText",
    { applied: [{ id: "thaw-digits", outcome: "updated", changed: ["times"], warnings: ["a clock"] }] },
    appliedText,
  ),
  one("startedTimeText", { unknown: "the store did not answer" }, startedTimeText),
  one(
    "historyText",
    {
      ...{ model: "digits", aliases: [{ alias: "champion", log: [DECISION] }] },
      depths: [{ version: 2, depth: "head", rule: "else", reason: "nothing else", champion: 1 }],
    },
    historyText,
  ),
  one("proofText", PROOF, proofText),
  one("approvalsText", [{ ...APPROVAL, reminders: 1 }], approvalsText),
  one(
    "decidedText",
    { ...APPROVAL, outcome: { state: "rejected", sentence: "ann@desk rejected digits@2: no" } },
    decidedText,
  ),
  one(
    "deliveriesTable",
    [{ endpoint: "ops", delivered: false, sentence: "ops answered 500: no" }],
    deliveriesTable,
  ),
  one("ticksTable", [TICK], ticksTable),
  one("diffText", DIFF, diffText),
  one("driftText", DRIFT, driftText),
  one("lineageText", LINEAGE, (found, screen) => lineageText(found, screen, NOW)),
  one(
    ["comparedText", "pairedSentences", "sideTitles", "signed", "pText"],
    { a: SIDE, b: SIDE, onlyTestOf: { a: 1, b: 1 }, labelledOtherwise: 1 },
    comparedText,
  ),
  ...OF_BASES,
  one(
    "exportedText",
    {
      model: { name: "digits", version: 1 },
      format: "onnx",
      folder: "out",
      files: [{ name: "model.onnx", bytes: 3, digest: "ab" }],
    },
    exportedText,
  ),
  one("modelText", SCANS, modelText),
  one("modelText", { ...SCANS, folds: FOLDS }, modelText),
  one("filesTable", [{ what: "head/weights.safetensors", bytes: 12 }], filesTable),
  one(
    "modelsTable",
    [{ ...SCANS, aliases: ["champion"], folds: FOLDS, warnings: WARNINGS }],
    (models, screen) => modelsTable(models, screen, NOW),
  ),
  one(
    ["predictionsTable", "unreadable"],
    [
      { path: "cat/1.jpg", label: "cat", confidence: 0.9, set: ["cat", "dog"] },
      { path: "cat/2.jpg", error: "it is no image" },
    ],
    (found, screen) => [predictionsTable(found, screen), ...unreadable(found)].join("\n"),
  ),
  one("answeredText", { model: { name: "cats", version: 1 }, predictions: [] }, answeredText),
  one(
    "leftOutText",
    {
      model: { name: "cats", version: 1, background: "white" },
      predictions: [{ path: "1.gif", leftOut: { pages: 2, transparent: true } }],
    },
    (found, screen) => wrapWords(leftOutText(found), screen.width),
  ),
  one(
    "untoldText",
    { model: { name: "cats", version: 1 }, predictions: [{ path: "1.jpg" }] },
    (found, screen) => wrapWords(untoldText(found), screen.width),
  ),
  one(
    "doctorText",
    [
      {
        name: "weed",
        state: "missing",
        purpose: "store",
        where: "/bin/weed",
        version: "1",
        problem: "gone",
        fix: "mend it",
      },
    ],
    (checks, screen) => doctorText(checks, "/home/anna", screen),
  ),
  one(
    "gcTable",
    {
      removed: true,
      runs: ["digits-1"],
      ...Object.fromEntries(
        ["artifacts", "objects", "logs", "traces", "uploads", "local", "kept"].map((name) => [
          name,
          { count: 1, bytes: 2 },
        ]),
      ),
      jobs: { namespace: "thaw", orphans: ["job"], unknown: [] },
    },
    gcTable,
  ),
  one(
    "provisionLine",
    {
      component: "weed",
      phase: "downloading",
      fraction: 0.5,
      detail: "from somewhere",
      since: 0,
      sinceFraction: 0,
    },
    (state, screen) => provisionLine(state, 0, screen),
  ),
  one(
    "servicesTable",
    {
      projectFolder: "/p",
      supervised: true,
      services: [
        {
          name: "temporal",
          running: true,
          ready: true,
          restarts: 0,
          url: "http://127.0.0.1",
          address: "127.0.0.1",
        },
      ],
    },
    servicesTable,
  ),
  one("workText", { folder: "/work", bytes: 1, scratchBytes: 1 }, workText),
  one("nextCommands", RESULT, nextCommands),
  one(["afterCancel", "afterFailure", "stillRunningText"], "digits-1", (id) =>
    [afterCancel(id), afterFailure(id), stillRunningText(id)].join("\n"),
  ),
  one(["startedText"], { runId: "digits-1", url: "http://127.0.0.1" }, ({ runId, url }, screen) =>
    startedText(runId, url, screen),
  ),
  one(["commandList"], [["thaw runs", "lists them"]], commandList),
  one(
    "explanationText",
    {
      runId: "digits-1",
      sentences: ["It waits."],
      advice: ["Wait."],
      lastLines: [LOG_LINE],
      warnings: WARNINGS,
    },
    explanationText,
  ),
  one("foldsHeadline", "digits@1", (named, screen) => foldsHeadline(named, FOLDS, screen)),
  one("logLine", LOG_LINE, (line, screen) => logLine(line, screen)),
  one("logLine", { ...LOG_LINE, level: "info" }, (line, screen) => logLine(line, screen)),
  one(
    ["planText", "planTable", "joinAlike"],
    {
      model: "digits",
      stages: [
        { name: "ingest", action: "run", why: "its images are new" },
        { name: "fold-1", action: "skip", why: "not asked for" },
      ],
    },
    ({ model, stages }, screen) => planText(model, stages, screen),
  ),
  one(
    "resultSummary",
    { view: { ...COMPLETED, warnings: WARNINGS }, result: RESULT },
    ({ view, result }, screen) => resultSummary(view, result, screen),
  ),
  one("resultSummary", { view: COMPLETED, result: { ...RESULT, folds: FOLDS } }, ({ view, result }, screen) =>
    resultSummary(view, result, screen),
  ),
  one(
    ["runText", "stageTable", "withSkippedJoined"],
    { view: { ...VIEW, pod: POD }, url: "http://127.0.0.1", warning: "no worker" },
    ({ view, url, warning }, screen) => runText(view, { url, warning }, NOW, screen),
  ),
  one("changedLines", { ...VIEW, pod: POD }, (view, screen) =>
    changedLines(undefined, view, screen).join("\n"),
  ),
  one(
    ["runsTable", "foldsCell"],
    [
      {
        runId: "digits-1",
        model: "digits",
        status: "running",
        startedAt: STARTED,
        paused: CONTROL.paused,
        warnings: WARNINGS,
      },
      { runId: "digits-2", model: "digits", status: "completed", startedAt: STARTED, folds: FOLDS },
    ],
    (runs, screen) => runsTable(runs, NOW, screen),
  ),
  one(
    "seenText",
    {
      images: 3,
      classes: [
        { name: "cat", images: 1 },
        { name: "dog", images: 2 },
      ],
      kind: { kind: "general", reason: "they look so" },
      splits: "by folders",
      ignored: [{ reason: "hidden", files: 2, example: ".git" }],
      warnings: ["few images"],
    },
    seenText,
  ),
  one("stageTable", [FAILED_STAGE], stageTable),
  one("progressText", PROGRESS, progressText),
  one("steeringLines", { runId: "digits-1", control: CONTROL, status: "running" }, (view, screen) =>
    steeringLines(view, screen, NOW).join("\n"),
  ),
  one("voidMarkText", "thaw explain RUN", voidMarkText),
  one(["warningLines", "seriousLines", "warningMark"], WARNINGS, (warnings, screen) =>
    [
      ...warningLines(warnings, screen),
      ...seriousLines(warnings, "more", screen),
      warningMark(warnings, screen.colours),
    ].join("\n"),
  ),
];

/** Those that show figures, texts of ours, or what another one hands them: {@link RENDERED} has those. */
export const OF_OURS: ReadonlySet<string> = new Set([
  ...[
    "duration",
    "roughDuration",
    "inShort",
    "percent",
    "size",
    "dateTime",
    "shortTime",
    "withShortTimes",
    "timeOfDay",
    "progressBar",
  ],
  ...["costLine", "uploadedText", "nextProvision", "resemblanceLines", "formatHelp", "suggest", "trustText"],
  ...[
    "table",
    "proseTable",
    "truncate",
    "wrap",
    "padEnd",
    "padStart",
    "widthOf",
    "wrapWords",
    "wrapTalk",
    "hangingLines",
  ],
]);
