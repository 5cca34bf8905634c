/** Every count of the card and of the report's sections on data is that of the artifact, under its right name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cardSections } from "../../../report/card/content.js";
import { leftOutWords } from "../../../report/checks/leftOut.js";
import { renderReport } from "../../../report/render.js";
import type { CopyGroup, DatasetSummary, QuarantinedFile } from "../../../spec/records/dataset.js";
import type { Evaluation } from "../../../spec/records/evaluation.js";
import type { ReportData } from "../../../spec/records/report.js";
import { parse, text } from "./render/parsed.js";
import { NO_FAULTS } from "./sampleFaults.js";
import { sampleReport } from "./sampleReport.js";

const files = (count: number, why: QuarantinedFile["why"]): QuarantinedFile[] =>
  Array.from({ length: count }, (_, index) => ({
    path: `${why}/${index}.jpg`,
    reason: "why",
    ...(why === undefined ? {} : { why }),
  }));
const group = (path: string): CopyGroup => ({
  sameBytes: false,
  images: {
    count: 2,
    shown: [
      { path: `${path}/1.jpg`, label: 0, split: "test" },
      { path: `${path}/2.jpg`, label: 1, split: "train", dropped: true },
    ],
  },
});

/** As on the MRI that came with its folders: 257 copies were left out, and 3 files could not be read. */
const plain = sampleReport();
const dataset: DatasetSummary = {
  ...plain.dataset,
  quarantined: [...files(3, "unreadable"), ...files(257, "copy"), ...files(1, "known")],
  duplicateGroups: 301,
  faults: {
    ...NO_FAULTS,
    duplicates: { count: 301, shown: [] },
    conflicts: { count: 2, shown: [group("c")] },
    lookAlikes: { count: 13, shown: [group("l")] },
    leaks: { count: 211, shown: [group("k")], policy: "repair", dropped: 257 },
  },
};
const twins: Evaluation["twins"] = {
  images: 120,
  sameBytes: 100,
  sameLook: 20,
  stillThere: 0,
  accuracy: 0.95,
  accuracyOfOthers: 0.531,
};
const data: ReportData = { ...plain, dataset, evaluation: { ...plain.evaluation, twins } };

const plainText = (value: string): string => value.replaceAll("\u00a0", " ");
const factsOf = (report: ReportData): ReadonlyMap<string, string> =>
  new Map(
    cardSections(report).flatMap(({ facts }) => facts.map(({ term, value }) => [term, plainText(value)])),
  );
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const number = (value: number): string => value.toLocaleString("en-GB");

test("the card's counts are those of dataset and evaluation", () => {
  const facts = factsOf(data);
  const { counts, classes } = dataset;
  const all = [counts.train, counts.validation, counts.test];
  const perClass = classes.map((_, label) => sum(all.map((split) => split[label] ?? 0)));
  const expected: Readonly<Record<string, string>> = {
    Images: `${number(sum(perClass))} in ${classes.length} classes`,
    Splits: `${number(sum(counts.train))} training, ${number(sum(counts.validation))} validation, ${number(sum(counts.test))} test`,
    "Per class": `${Math.min(...perClass)} to ${Math.max(...perClass)} images`,
    "Left out": "3 unreadable files, 257 copies of held-out images, 1 image that the base knows",
    "Pictures that are there more than once": "301",
    "Same bytes, labelled differently": "2 pictures",
    "Look alike, labelled differently": "13 pictures",
    "Held-out images": `${number(sum(counts.test))}, looked at once`,
    "Accuracy without test images that have a copy in training":
      "53.1 %; 120 test images set apart: 100 with the same bytes, 20 that only look the same",
    Head: `${data.head.history.length} epochs on the frozen base, best ${data.head.bestEpoch}`,
  };
  for (const [term, value] of Object.entries(expected)) assert.equal(facts.get(term), value, term);
  assert.equal(sum(perClass), dataset.images);
  assert.equal(sum(counts.test), data.evaluation.images);
  for (const { name, support } of data.evaluation.perClass)
    assert.equal(support, counts.test[classes.indexOf(name)], name);
});

test("what was left out is named by its reason, and parts add up to the whole", () => {
  const words = (left: readonly QuarantinedFile[]): string => plainText(leftOutWords(left));
  assert.equal(words([]), "nothing");
  assert.equal(words(files(1, "copy")), "1 copy of a held-out image");
  assert.equal(words(files(2, undefined)), "2 files");
  assert.equal(
    words([...files(1, "unreadable"), ...files(2, undefined)]),
    "1 unreadable file, 2 other files",
  );
});

test("the report's sections on data say the same counts", () => {
  const page = parse(renderReport(data));
  const ofData = plainText(text(page, "#data"));
  assert.ok(ofData.startsWith(`${number(dataset.images)} images in 10 classes.`), ofData.slice(0, 80));
  for (const said of [
    "301 groups of duplicates (same bytes or same appearance) were found; 211 of them lay in several splits: 257 copies of held-out images were left out.",
    "261 files left out (3 unreadable files, 257 copies of held-out images, 1 image that the base knows), with reasons",
  ])
    assert.ok(ofData.includes(said), `“${said}” is missing in: ${ofData}`);
  const checks = plainText(text(page, "#checks"));
  for (const said of [
    "2 pictures are there more than once under different labels. The bytes are the same: at least one of the labels is wrong",
    "The images of 13 pictures look nearly the same and have different labels. They may all be right",
    "211 pictures lie in more than one split. The copies of held-out images were left out of the other splits (257 images).",
    "120 of 410 test images have a copy among the training or validation images as they came (100 with the same bytes, 20 that only look the same); these copies were left out. On them the accuracy is 95.0 %, without them the accuracy is 53.1 %.",
  ])
    assert.ok(checks.includes(said), `“${said}” is missing in: ${checks}`);
});

test("that a label is wrong is claimed of equal bytes only", () => {
  const faults = {
    ...NO_FAULTS,
    duplicates: { count: 13, shown: [] },
    lookAlikes: { count: 13, shown: [group("l")] },
  };
  const page = parse(renderReport({ ...data, dataset: { ...dataset, faults } }));
  assert.doesNotMatch(text(page, "main"), /at least one of the labels is wrong|Contradicting labels/i);
  assert.match(text(page, "#checks"), /Look alike, labelled differently/);
});

test("the card says in which numbers the frozen layers were computed, and why, where others than float32 were asked for", () => {
  const factOf = (precision: NonNullable<ReportData["precision"]>): string =>
    factsOf({ ...data, precision }).get("Precision of the frozen layers") ?? "";
  assert.equal(factsOf(data).has("Precision of the frozen layers"), false);
  const asked = "bfloat16";
  assert.equal(
    factOf({ asked, used: "bfloat16", pictures: 8, cosine: 0.99951 }),
    "bfloat16 above the first layer groups: of 8 pictures the features have a cosine of 0.99951 or more with those in float32, 0.999 is wanted. Evaluated and registered in float32",
  );
  assert.match(
    factOf({ asked, used: "float32", pictures: 8, cosine: 0.81 }),
    /^float32, although bfloat16 was asked for: of 8 pictures .* 0\.81000 or more .* 0\.999 is wanted/,
  );
  const multiplied = {
    asked,
    used: "bfloat16",
    arithmetic: "multiplied",
    pictures: 8,
    cosine: 0.9995,
  } as const;
  assert.match(
    factOf(multiplied),
    /^bfloat16 above the first layer groups, multiplied by the processor: of 8 pictures /,
  );
  const stages = data.stages.map((stage, index) => ({
    ...stage,
    arithmetic: index === 0 ? ("rounded" as const) : ("multiplied" as const),
  }));
  assert.match(
    factsOf({ ...data, precision: multiplied, stages }).get("Precision of the frozen layers") ?? "",
    /multiplied by the processor, rounded from float32 for tune-1 \(near, but not the same bits\): of 8/,
  );
  assert.match(factOf({ asked, used: "float32", pictures: 0 }), /not made of layer groups/);
  const left = (took: "float32" | "bfloat16", more: Partial<ReportData> = {}) =>
    factsOf({ ...data, ...more, autoPrecision: { took, why: "so it is" } }).get(
      "Precision of the frozen layers",
    );
  assert.equal(left("float32"), "float32 (precision: auto: so it is)");
  assert.match(
    left("bfloat16", { precision: multiplied }) ?? "",
    /Evaluated and registered in float32 \(precision: auto: so it is\)$/,
  );
});
