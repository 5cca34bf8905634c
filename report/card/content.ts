/**
 * The model card (Mitchell et al., "Model Cards for Model Reporting", 2019) as content: what was measured, what the
 * maker says, and what neither of them can vouch for. The page and `model-card.md` both write it out.
 */
import { bandsSentence } from "../../spec/base.js";
import { type Bfloat16Arithmetic, LEAST_COSINE } from "../../spec/engine/precision.js";
import type { ReportData } from "../../spec/records/report.js";
import { warningOf } from "../../spec/records/resemblance.js";
import { pretrainedOnWords, sourceWords } from "../baseWords.js";
import { leftOutWords } from "../checks/leftOut.js";
import { refutedSentences } from "../checks/refuted.js";
import { faultSentences } from "../checks/sentences.js";
import { kindsOf, type Twins } from "../checks/twinWords.js";
import { counted, decimal, integer, moment, percent } from "../format.js";
import { limitSentences } from "./limits.js";

export interface CardSection {
  readonly title: string;
  readonly facts: readonly CardFact[];
  /** Sentences, one to a line. */
  readonly points: readonly string[];
}

export interface CardFact {
  readonly term: string;
  readonly value: string;
  /** Whether the value is code: a command, a digest. */
  readonly code?: true;
}

/** More names than this are counted. */
const MOST_CLASSES = 60;
/** The weakest say more than the whole list, which the report has. */
const WEAKEST = 3;
const UNSAID = "Not stated; the section “card” of the run file is the place.";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const fact = (term: string, value: string): CardFact => ({ term, value });
const code = (term: string, value: string): CardFact => ({ term, value, code: true });

export function cardSections(data: ReportData): readonly CardSection[] {
  return [
    ...readFirst(data),
    modelDetails(data),
    intendedUse(data),
    { title: "Limits", facts: [], points: limitSentences(data) },
    metrics(data),
    dataUsed(data),
    training(data),
    environment(data),
    loading(data),
  ];
}

/** What voids figures or promises stands before them; no section where nothing does. */
function readFirst({ evaluation }: ReportData): readonly CardSection[] {
  const warning = warningOf(evaluation.resemblance);
  const points = [...(warning === undefined ? [] : [warning]), ...refutedSentences(evaluation)];
  return points.length === 0 ? [] : [{ title: "Read this first", facts: [], points }];
}

function modelDetails({ model, createdAt, base, dataset, card }: ReportData): CardSection {
  const { classes } = dataset;
  const more = classes.length > MOST_CLASSES ? ` and ${integer(classes.length - MOST_CLASSES)} more` : "";
  return {
    title: "Model",
    facts: [
      fact("Name", `${model.name}, version ${model.version}`),
      fact("Made", moment(createdAt)),
      fact("Type", `image classifier: ${base.name} with a linear head`),
      fact("Input", `RGB picture, centre square, ${base.inputSize} × ${base.inputSize} pixels`),
      fact(
        "Output",
        `a probability of each of ${counted(classes.length, "class", "classes")}: ${classes.slice(0, MOST_CLASSES).join(", ")}${more}`,
      ),
      fact(
        "Base",
        `${base.name}, pretrained on ${pretrainedOnWords(base)}; ${sourceWords(base)}${turnedWords(base)}`,
      ),
      fact("Licence of the base", base.licence),
      fact("Licence of the model", said(card?.licence)),
      fact("Contact", said(card?.contact)),
    ],
    points: [],
  };
}

function turnedWords({ trainedOn, bands }: ReportData["base"]): string {
  if (bands !== undefined) return `. ${bandsSentence(bands).replace(/\.$/, "")}`;
  return trainedOn === undefined
    ? ""
    : "; it was trained on blue, green, red, and turned to red, green, blue";
}

function intendedUse({ card }: ReportData): CardSection {
  return {
    title: "Intended use",
    facts: [fact("Said by the maker", said(card?.intended_use))],
    points: [
      "It is made for pictures like those of its data: the same kind of camera, framing and subject, one subject a picture.",
      "A picture of none of the classes is still given one of them.",
    ],
  };
}

function metrics({ evaluation }: ReportData): CardSection {
  const {
    accuracy,
    accuracyInterval,
    images,
    perClass,
    scratch,
    calibration,
    temperature,
    conformal,
    twins,
  } = evaluation;
  const { refuted } = evaluation;
  const [low, high] = accuracyInterval;
  const head = evaluation.byStage.find(({ stage }) => stage === "head");
  const weakest = perClass
    .filter(({ support }) => support > 0)
    .toSorted((a, b) => a.recall - b.recall)
    .slice(0, WEAKEST)
    .map(({ name, recall, support }) => `${name} ${percent(recall)} of ${integer(support)}`);
  return {
    title: "Evaluation",
    facts: [
      ...foldFacts(evaluation),
      fact("Held-out images", `${integer(images)}, looked at once`),
      fact("Accuracy", `${percent(accuracy)} (95 % interval ${percent(low)} to ${percent(high)})`),
      ...twinFacts(twins),
      fact("Balanced accuracy", percent(evaluation.balancedAccuracy)),
      fact("Macro F1", decimal(evaluation.macroF1)),
      ...(evaluation.macroAuc === undefined ? [] : [fact("Macro AUC", decimal(evaluation.macroAuc))]),
      fact("Weakest recall", weakest.join("; ")),
      ...(head === undefined ? [] : [fact("Head on the frozen base", percent(head.accuracy))]),
      ...(scratch === undefined
        ? []
        : [fact("Same network from scratch", `${percent(scratch.accuracy)} in the same time`)]),
      ...(calibration === undefined || temperature === undefined
        ? []
        : [
            fact(
              "Calibration error",
              refuted?.temperature === undefined
                ? `${percent(calibration.before.ece)} as trained, ${percent(calibration.after.ece)} at temperature ${temperature.toFixed(2)}, which the model uses`
                : `${percent(calibration.before.ece)} as trained, which the model uses; ${percent(calibration.after.ece)} at the fitted temperature ${refuted.temperature.fitted.toFixed(2)}`,
            ),
          ]),
      ...(conformal?.quantile === undefined
        ? []
        : [
            fact(
              "Sets of possible classes",
              refuted?.sets === undefined
                ? `promised to hold the true class of ${percent(conformal.level)}, held that of ${percent(conformal.coverage)}; ${conformal.meanSize.toFixed(2)} classes on average`
                : `none: made to hold the true class of ${percent(conformal.level)}, they held that of ${percent(conformal.coverage)}`,
            ),
          ]),
    ],
    points: [],
  };
}

/** The accuracy on pictures that were not met in any form. */
function twinFacts(twins: Twins | undefined): readonly CardFact[] {
  if (twins === undefined) return [];
  const { images, accuracyOfOthers } = twins;
  const without = accuracyOfOthers === undefined ? "no test image is left" : percent(accuracyOfOthers);
  return [
    fact(
      "Accuracy without test images that have a copy in training",
      `${without}; ${counted(images, "test image")} set apart: ${kindsOf(twins)}`,
    ),
  ];
}

/** For small sets the figure to quote, so it comes first. */
function foldFacts({ crossValidation }: ReportData["evaluation"]): readonly CardFact[] {
  if (crossValidation === undefined) return [];
  const { folds, images, accuracy, accuracyInterval } = crossValidation;
  const [low, high] = accuracyInterval;
  return [
    fact(
      `Accuracy over ${folds.length} folds`,
      `${percent(accuracy)} (95 % interval ${percent(low)} to ${percent(high)}), ${counted(images, "image")}, each held out once: the figure to quote. What follows is of the registered model alone`,
    ),
  ];
}

function dataUsed({ dataset }: ReportData): CardSection {
  const { train, validation, test } = dataset.counts;
  const perClass = dataset.classes.map(
    (_, label) => (train[label] ?? 0) + (validation[label] ?? 0) + (test[label] ?? 0),
  );
  const smallest = Math.min(...perClass);
  const { faults } = dataset;
  return {
    title: "Data",
    facts: [
      fact("Images", `${integer(dataset.images)} in ${counted(dataset.classes.length, "class", "classes")}`),
      fact(
        "Splits",
        `${integer(sum(train))} training, ${integer(sum(validation))} validation, ${integer(sum(test))} test`,
      ),
      fact("Per class", `${integer(smallest)} to ${integer(Math.max(...perClass))} images`),
      fact("Left out", leftOutWords(dataset.quarantined)),
      ...(faults === undefined
        ? []
        : [
            fact("Pictures that are there more than once", integer(faults.duplicates.count)),
            ...(faults.lookAlikes === undefined
              ? [fact("Copies labelled differently", counted(faults.conflicts.count, "picture"))]
              : [
                  fact("Same bytes, labelled differently", counted(faults.conflicts.count, "picture")),
                  fact("Look alike, labelled differently", counted(faults.lookAlikes.count, "picture")),
                ]),
          ]),
    ],
    points: faults === undefined ? [] : faultSentences(faults, dataset.classes),
  };
}

const ARITHMETIC: Readonly<Record<Bfloat16Arithmetic, string>> = {
  multiplied: "multiplied by the processor",
  rounded: "rounded from float32",
};

/** How numbers in bfloat16 came about, and for which stages otherwise: what those say who do not know is left out. */
function arithmeticWords({ precision, stages, evaluation }: ReportData): string {
  const own = precision?.arithmetic;
  const told = [
    ...stages.map(({ arithmetic }, index) => ({ name: `tune-${index + 1}`, arithmetic })),
    ...(evaluation.crossValidation?.folds ?? []).map(({ fold, arithmetic }) => ({
      name: `fold-${fold}`,
      arithmetic,
    })),
  ];
  const others = (["multiplied", "rounded"] as const).flatMap((arithmetic) => {
    const names = told.filter((one) => one.arithmetic === arithmetic).map(({ name }) => name);
    return arithmetic === own || names.length === 0
      ? []
      : [`, ${ARITHMETIC[arithmetic]} for ${names.join(", ")} (near, but not the same bits)`];
  });
  return `${own === undefined ? "" : `, ${ARITHMETIC[own]}`}${others.join("")}`;
}

/** In which numbers it learned, where the run file asks for others than float32 or leaves it to thaw. */
function precisionFacts(data: ReportData): readonly CardFact[] {
  const { precision, autoPrecision } = data;
  const asked = autoPrecision === undefined ? "" : ` (precision: auto: ${autoPrecision.why})`;
  if (precision === undefined)
    return autoPrecision === undefined
      ? []
      : [fact("Precision of the frozen layers", `${autoPrecision.took}${asked}`)];
  const { used, cosine, pictures } = precision;
  const found =
    cosine === undefined
      ? "the base is not made of layer groups"
      : `of ${counted(pictures, "picture")} the features have a cosine of ${cosine.toFixed(5)} or more with those in float32, ${LEAST_COSINE} is wanted`;
  const words = `${used === "bfloat16" ? `bfloat16 above the first layer groups${arithmeticWords(data)}` : "float32, although bfloat16 was asked for"}: ${found}. Evaluated and registered in float32${asked}`;
  return [fact("Precision of the frozen layers", words)];
}

function training(data: ReportData): CardSection {
  const { recipe, stages, head } = data;
  return {
    title: "Training",
    facts: [
      ...(recipe === undefined ? [] : [fact("Recipe", recipe.decision.reason)]),
      ...precisionFacts(data),
      fact("Head", `${counted(head.history.length, "epoch")} on the frozen base, best ${head.bestEpoch}`),
      ...stages.map(({ deepest, kept, history, bestEpoch }) =>
        fact(
          `Unfrozen to ${deepest}`,
          `${kept ? "kept" : "rolled back"}; ${counted(history.length, "epoch")}, best ${bestEpoch}`,
        ),
      ),
    ],
    points: ["The report has the run file with every setting, and the learning curves."],
  };
}

function environment({ engine, thawVersion, runId, digests }: ReportData): CardSection {
  const weights = Object.keys(digests)
    .filter((name) => name === "head" || name.startsWith("tune-"))
    .at(-1);
  const digest = weights === undefined ? undefined : digests[weights];
  return {
    title: "Environment",
    facts: [
      fact("thaw", thawVersion),
      code("Engine", engine),
      code("Run", runId),
      ...(digest === undefined ? [] : [code("Weights, SHA-256", digest)]),
      ...(digests.ingest === undefined ? [] : [code("Data, SHA-256", digests.ingest)]),
    ],
    points: [],
  };
}

function loading({ model }: ReportData): CardSection {
  const ref = `${model.name}@${model.version}`;
  return {
    title: "How to use it",
    facts: [
      code("Classify pictures", `thaw predict ${ref} photo.jpg`),
      code("For browsers and Node.js", `thaw export ${ref}`),
      code("As ONNX", `thaw export ${ref} --format onnx`),
      code("Train on from it", `thaw run --set base=model:${ref}`),
    ],
    points: [],
  };
}

function said(text: string | undefined): string {
  const own = text?.trim() ?? "";
  return own === "" ? UNSAID : own;
}
