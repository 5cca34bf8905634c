import assert from "node:assert/strict";
import { test } from "node:test";
import type { CopyGroup, DataFaults } from "../../../../spec/records/dataset.js";
import type { Evaluation } from "../../../../spec/records/evaluation.js";
import { mergeWarnings, serious, type Warning } from "../../../../spec/warnings/warning.js";
import { warningsOf, warningsOfStages } from "../../../../spec/warnings/warnings.js";
import { NO_FAULTS } from "../../report/sampleFaults.js";
import { withFolds } from "../../report/sampleFolds.js";
import { sampleReport } from "../../report/sampleReport.js";

const SAMPLE = sampleReport();

function ofFaults(faults: Partial<DataFaults>): readonly Warning[] {
  return warningsOf({ dataset: { ...SAMPLE.dataset, quarantined: [], faults: { ...NO_FAULTS, ...faults } } });
}

function ofEvaluation(change: Partial<Evaluation>): readonly Warning[] {
  const {
    labelSuspects: _suspects,
    crossValidation: _folds,
    leaked: _leaked,
    ...evaluation
  } = SAMPLE.evaluation;
  return warningsOf({ evaluation: { ...evaluation, ...change } });
}

const shortcut = (property: string, balancedAccuracy: number, label = 0) => ({
  property,
  label,
  balancedAccuracy,
  pValue: 0.001,
});

test("clean images and an evaluation of many images warn of nothing", () => {
  assert.deepEqual(ofFaults({}), []);
  assert.deepEqual(ofEvaluation({}), []);
});

test("a file format at 94 % voids the figure, a size at 83 % is to be checked, one at 67 % may be natural variety", () => {
  const [format] = ofFaults({ shortcuts: [shortcut("file format", 0.94)] });
  assert.equal(format?.grade, "voids");
  assert.match(
    format?.sentence ?? "",
    /in 94\.0 % of cases \(guessing: 50 %\), so the accuracy may be that of the files/,
  );
  assert.match(format?.advice ?? "", /save all images in one format/);
  const [size] = ofFaults({ shortcuts: [shortcut("image size", 0.83)] });
  assert.equal(size?.grade, "check");
  assert.doesNotMatch(size?.sentence ?? "", /natural|of the files/);
  const [natural] = ofFaults({ shortcuts: [shortcut("image size", 0.67)] });
  assert.equal(natural?.grade, "note");
  assert.match(
    natural?.sentence ?? "",
    /67\.0 % of cases \(guessing: 50 %\), which may be natural variety\.$/,
  );
  assert.equal(ofFaults({ shortcuts: [shortcut("something new", 0.99)] })[0]?.grade, "voids");
});

test("sixteen-bit images that all stay below 14 bits are to be checked, few of them or 15 bits are good to know", () => {
  const of = (count: number, bits: number) =>
    ofFaults({ darkSamples: { count, bits, brightest: 2 ** bits - 5 } })[0];
  const many = of(20, 14);
  assert.deepEqual([many?.code, many?.grade], ["dark-samples", "check"]);
  assert.equal(
    many?.sentence,
    "All 20 images with 16 bits a sample stay below 16384 of 65535 (the brightest sample is 16379), as numbers of a camera with 14 bits do: they were used as they are, 4 times darker than such a camera means them.",
  );
  assert.match(many?.advice ?? "", /multiply their samples by 4 and run again; else they are only dark/);
  assert.deepEqual([of(4, 14)?.grade, of(20, 15)?.grade], ["note", "note"]);
});

test("pages and transparency that no network sees are good to know, and to be checked where most images have them", () => {
  const of = (count: number) =>
    ofFaults({
      layersLeftOut: { pages: { count: 1, example: "a.tif" }, transparent: { count, example: "b.png" } },
    })[0];
  const few = of(2);
  assert.deepEqual([few?.code, few?.grade], ["layers-left-out", "note"]);
  assert.equal(
    few?.sentence,
    "1 image has several pages or frames, of which the first was used (a.tif); and 2 images have transparent pixels, behind which data.background was put (b.png): a network is shown three colours and nothing else.",
  );
  assert.match(few?.advice ?? "", /bands of other light/);
  assert.equal(of(SAMPLE.dataset.images)?.grade, "check");
});

test("a property is warned of once, of the class that it tells apart best", () => {
  const found = ofFaults({ shortcuts: [shortcut("image size", 0.67, 0), shortcut("image size", 0.9, 1)] });
  assert.equal(found.length, 1);
  assert.ok(found[0]?.sentence.includes(`"${SAMPLE.dataset.classes[1]}"`));
});

test("only equal bytes are said to have a wrong label; images that look alike may be right", () => {
  const group = (sameBytes: boolean): CopyGroup => ({ sameBytes, images: { count: 2, shown: [] } });
  const lookAlikes = { count: 13, shown: [group(false)] };
  const [alike] = ofFaults({ lookAlikes });
  assert.deepEqual([alike?.code, alike?.grade], ["look-alikes", "note"]);
  assert.equal(alike?.sentence, "13 groups of images look alike and have different labels.");
  const [same] = ofFaults({ conflicts: { count: 1, shown: [group(true)] }, lookAlikes });
  assert.deepEqual([same?.code, same?.grade], ["contradictions", "check"]);
  assert.match(same?.sentence ?? "", /^1 picture is there more than once, byte for byte.*wrong\.$/);
  const old = ofFaults({ conflicts: { count: 3, shown: [group(true), group(false), group(false)] } });
  assert.match(old[0]?.sentence ?? "", /^1 picture is/);
  assert.match(old[1]?.sentence ?? "", /^2 groups of images look alike/);
});

test("a validation unlike the test voids the figure, before everything else", () => {
  const resemblance: NonNullable<Evaluation["resemblance"]> = {
    verdict: "differs",
    sentence: "The validation images do not resemble the test images.",
    accuracy: {
      ...{ validation: 0.98, test: 0.67, validationImages: 300, testImages: 394 },
      ...{ interval: [0.26, 0.36], differs: true },
    },
  };
  const leaked = { images: 40, accuracy: 1, accuracyOfOthers: 0.5 };
  const [first] = ofEvaluation({ resemblance, leaked, refuted: { sets: { pValue: 0.001 } } });
  assert.deepEqual([first?.code, first?.grade], ["validation-unlike-test", "voids"]);
  assert.match(first?.advice ?? "", /goes without the sets of possible classes$/);
  assert.deepEqual(ofEvaluation({ resemblance: { ...resemblance, verdict: "unknown" } }), []);
});

test("leaks that were left void the figure, with what it is without them; repaired ones are a note", () => {
  const leaks = { count: 7, shown: [], policy: "repair", dropped: 9 } as const;
  assert.equal(ofFaults({ leaks })[0]?.grade, "note");
  assert.match(ofFaults({ leaks })[0]?.sentence ?? "", /9 copies of held-out images were left out/);
  const [left] = ofFaults({ leaks: { ...leaks, policy: "report" } });
  assert.equal(left?.grade, "voids");
  const leaked = { images: 40, accuracy: 1, accuracyOfOthers: 0.81 };
  const [measured, ...others] = warningsOf({
    dataset: {
      ...SAMPLE.dataset,
      quarantined: [],
      faults: { ...NO_FAULTS, leaks: { ...leaks, policy: "report" } },
    },
    evaluation: { ...SAMPLE.evaluation, leaked },
  }).filter(({ code }) => code === "leaks");
  assert.equal(others.length, 0, "the evaluation's takes the place of the images'");
  assert.match(
    measured?.sentence ?? "",
    /^40 of \d+ test images have a copy .* 100\.0 %, on the others 81\.0 %/,
  );
  assert.match(measured?.advice ?? "", /^quote 81\.0 %;/);
  const twins = { ...leaked, sameBytes: 30, sameLook: 10, stillThere: 0 };
  const [repaired] = ofEvaluation({ twins });
  assert.equal(repaired?.grade, "note");
  assert.match(
    repaired?.sentence ?? "",
    /have a copy in training or validation, which was left out: .* others 81\.0 %/,
  );
  const flat = { images: 40, accuracy: 0.8, accuracyOfOthers: 0.81 };
  assert.equal(ofEvaluation({ leaked: flat })[0]?.grade, "check");
});

test("copies that were left out on purpose are no unreadable files", () => {
  const quarantined = Array.from({ length: 12 }, (_, i) => ({
    path: `a/${i}.jpg`,
    reason: "a copy, or broken",
  }));
  const leaks = { count: 7, shown: [], policy: "repair", dropped: 10 } as const;
  const dataset = { ...SAMPLE.dataset, images: 188, quarantined, faults: { ...NO_FAULTS, leaks } };
  const left = warningsOf({ dataset }).find(({ code }) => code === "files-left-out");
  assert.match(left?.sentence ?? "", /^2 files of 200 \(1\.0 %\) were left out/);
  assert.equal(left?.grade, "note");
  const told = quarantined.map((file, i) => ({ ...file, why: i < 3 ? "unreadable" : "copy" }) as const);
  const exact = warningsOf({ dataset: { ...dataset, quarantined: told } });
  assert.match(exact.find(({ code }) => code === "files-left-out")?.sentence ?? "", /^3 files of 200/);
  const all = warningsOf({ dataset: { ...dataset, quarantined: quarantined.slice(2) } });
  assert.equal(
    all.find(({ code }) => code === "files-left-out"),
    undefined,
  );
});

test("classes of fewer than five images, unequal classes, and a class that is not tested are to be checked", () => {
  const [small, unequal] = ofFaults({
    imbalance: { ratio: 30.4, smallest: 0, largest: 1, below5: [0], below20: [0, 2] },
  });
  assert.deepEqual([small?.code, small?.grade], ["small-classes", "check"]);
  assert.match(unequal?.sentence ?? "", /has 30 times as many images as/);
  const few = ofFaults({ imbalance: { ratio: 2, smallest: 0, largest: 1, below5: [], below20: [0] } });
  assert.equal(few[0]?.grade, "note");
  const perClass = SAMPLE.evaluation.perClass.map((one, i) => (i === 0 ? { ...one, support: 0 } : one));
  assert.equal(ofEvaluation({ perClass })[0]?.code, "no-test-images");
});

test("an accuracy that always naming the largest class would reach is not believed", () => {
  const images = SAMPLE.evaluation.images;
  const [first, ...rest] = SAMPLE.evaluation.perClass;
  assert.ok(first);
  const perClass = [
    { ...first, support: images - rest.length },
    ...rest.map((one) => ({ ...one, support: 1 })),
  ];
  const [guess] = ofEvaluation({ perClass });
  assert.equal(guess?.code, "no-better-than-largest");
  assert.match(guess?.sentence ?? "", /is more is not proven\.$/);
});

test("few test images are a note, and a wide interval is to be checked", () => {
  const narrow = ofEvaluation({ images: 80 }).find(({ code }) => code === "few-test-images");
  assert.equal(narrow?.grade, "note");
  const wide = ofEvaluation({ images: 12, accuracyInterval: [0.6, 0.95] });
  const few = wide.find(({ code }) => code === "few-test-images");
  assert.equal(few?.grade, "check");
  // Where the images came with splits, data.test does nothing.
  assert.match(few?.advice ?? "", /by data\.test, or in the splits where the images came with some$/);
});

test("a wide interval over folds is not narrowed by holding out more: more folds are named where there are few", () => {
  const folded = withFolds(SAMPLE).evaluation.crossValidation;
  assert.ok(folded);
  const advice = (count: number): string => {
    const crossValidation = {
      ...folded,
      folds: folded.folds.slice(0, count),
      accuracyInterval: [0.6, 0.95] as const,
    };
    return ofEvaluation({ crossValidation }).find(({ code }) => code === "few-test-images")?.advice ?? "";
  };
  assert.match(advice(2), /^label more images \(.*\), or take more folds \(evaluation\.folds: 5\)$/);
  assert.match(advice(5), /^label more images \([^()]*\)$/);
});

test("the strongest comes first, and a later stage's warning takes the place of an earlier one's", () => {
  const warning = (code: Warning["code"], grade: Warning["grade"], sentence = ""): Warning => {
    return { code, grade, sentence, advice: "" };
  };
  const merged = mergeWarnings([
    [warning("misnamed-files", "note"), warning("leaks", "voids", "early")],
    [warning("shortcut", "check"), warning("leaks", "check", "late")],
  ]);
  assert.deepEqual(
    merged.map(({ code, sentence }) => [code, sentence]),
    [
      ["leaks", "late"],
      ["shortcut", ""],
      ["misnamed-files", ""],
    ],
  );
  assert.equal(serious(merged).length, 2);
});

test("what a candidate's stages warn of is not the run's", () => {
  const warnings = ofFaults({ shortcuts: [shortcut("file format", 0.94)] });
  assert.deepEqual(warningsOfStages([{ name: "recipe-1", warnings }]), []);
  assert.deepEqual(warningsOfStages([{ name: "ingest", warnings }, { name: "head" }]), warnings);
});

test("a summary that lacks what is read, of another version, fails nothing", () => {
  assert.deepEqual(warningsOf({ recipe: {} as never, evaluation: {} as never, dataset: {} as never }), []);
});
