/** Reports at the edges of what a run can give, for the tests of the page. */
import type { ReportData } from "../../../spec/records/report.js";
import { withDrift } from "./sampleDrift.js";
import { withFaults } from "./sampleFaults.js";
import { withFolds } from "./sampleFolds.js";
import { sampleReport, TEN_CLASSES } from "./sampleReport.js";

const MARKUP = `<script>alert(1)</script>`;
const LONG = "a class with a name as long as a whole sentence_and-no-spaces-in-its-last-part";

const thirty = Array.from({ length: 30 }, (_, index) => `species ${index + 1}`);
thirty[3] = LONG;
thirty[5] = MARKUP;

export const VARIANTS: Readonly<Record<string, ReportData>> = {
  usual: sampleReport(),
  "two classes, head only, no mistakes, one epoch, nothing compared": withoutScratch({
    classes: ["no", "yes"],
    errorRate: 0,
    headEpochs: 1,
    stages: [],
    quarantined: 0,
    duplicateGroups: 0,
  }),
  "eight classes, as many as there are colours": sampleReport({ classes: TEN_CLASSES.slice(0, 8) }),
  "thirty classes, four stages, 200 files left out": sampleReport({
    classes: thirty,
    errorRate: 0.12,
    headEpochs: 60,
    stages: [
      { deepest: "top", helps: true },
      { deepest: "blocks.6", helps: true },
      { deepest: "blocks.5", helps: true },
      { deepest: "blocks.3", helps: false },
    ],
    scratchEpochs: 90,
    quarantined: 200,
  }),
  "every stage rolled back, single epochs, few test images": sampleReport({
    classes: ["cat", "dog", "ant"],
    testImagesPerClass: 9,
    errorRate: 0.3,
    stages: [{ deepest: "blocks.6", helps: false }],
    stageEpochs: 1,
    scratchEpochs: 1,
    duplicateGroups: 1,
  }),
  "markup in every text": withMarkup(sampleReport({ classes: [MARKUP, 'q"uo&te', "plain"], errorRate: 0.2 })),
  "every fault of the data": withFaults(sampleReport()),
  "cross-validated": withFolds(sampleReport({ classes: ["no", "yes"], testImagesPerClass: 20 })),
  "trained anew on images that look different": withDrift(sampleReport()),
  "no thumbnails": sampleReport({ thumbnails: false }),
  "evaluated by version 1, which measured no calibration": ofVersion1(sampleReport()),
  "perfect from the first epoch": perfect(sampleReport({ errorRate: 0 })),
};

function withoutScratch(options: Parameters<typeof sampleReport>[0]): ReportData {
  const { scratch: _curve, evaluation, ...rest } = sampleReport(options);
  const { scratch: _result, ...others } = evaluation;
  return { ...rest, evaluation: others };
}

function ofVersion1(data: ReportData): ReportData {
  const { temperature, calibration, conformal, macroAuc, macroAveragePrecision, againstHead, ...rest } =
    data.evaluation;
  const { topLosses, ...evaluation } = rest;
  const { activationMaps, overlays, featureMap, card, ...older } = data;
  return {
    ...older,
    evaluation: {
      ...evaluation,
      byStage: evaluation.byStage.map(({ stage, accuracy }) => ({ stage, accuracy })),
      perClass: evaluation.perClass.map(({ auc, averagePrecision, ...metrics }) => metrics),
      ...(evaluation.scratch === undefined ? {} : { scratch: withoutInterval(evaluation.scratch) }),
    },
  };
}

function withoutInterval({ accuracy, seconds, epochs }: NonNullable<ReportData["evaluation"]["scratch"]>) {
  return { accuracy, seconds, epochs };
}

function perfect(data: ReportData): ReportData {
  const history = data.head.history.map((record) => ({
    ...record,
    loss: 0,
    accuracy: 1,
    validationLoss: 0,
    validationAccuracy: 1,
  }));
  const stages = data.stages.map((stage) => ({
    ...stage,
    history: history.slice(0, 3),
    before: { validationLoss: 0, validationAccuracy: 1 },
    kept: false,
  }));
  return { ...data, head: { ...data.head, history }, stages, scratch: { history, seconds: 1 } };
}

/** Every text that comes from a user, a file or a server tries to become an element. */
function withMarkup(plain: ReportData): ReportData {
  const bad = `"><img src=x onerror=alert(1)>`;
  const data = withFaults(plain, bad);
  const temporalUrl = "javascript:alert(1)";
  return {
    ...data,
    runId: bad,
    model: { name: bad, version: 1 },
    createdAt: bad,
    base: { ...data.base, name: bad, source: bad, licence: bad, pretrainedOn: bad },
    dataset: { ...data.dataset, quarantined: [{ path: bad, reason: bad }] },
    ...(data.recipe === undefined
      ? {}
      : {
          recipe: {
            ...data.recipe,
            evidence: { ...data.recipe.evidence, smallestClass: { name: bad, images: 1 } },
            domain: { verdict: "far" as const, sentence: bad, advice: bad },
            decision: { ...data.recipe.decision, reason: bad, help: bad },
          },
        }),
    stages: data.stages.map((stage) => ({ ...stage, deepest: bad, verdict: bad })),
    thumbnails: { ...data.thumbnails, [bad]: "https://example.org/picture.png" },
    examples: data.examples.map((paths, label) => (label === 0 ? [bad] : paths)),
    timings: [...data.timings, { stage: bad, seconds: 1, cached: false }],
    digests: { ...data.digests, [bad]: bad },
    runFile: `name: "${bad}"`,
    engine: bad,
    thawVersion: bad,
    temporalUrl,
    card: { intended_use: bad, limits: bad, licence: bad, contact: bad },
    overlays: { ...data.overlays, [data.activationMaps?.maps[0]?.path ?? ""]: "https://example.org/map.png" },
  };
}
