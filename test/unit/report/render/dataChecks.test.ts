/** What the report says of the data: faults, copies across splits, images that the base has met. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkedPaths } from "../../../../report/checks/pictures.js";
import { renderReport } from "../../../../report/render.js";
import type { ReportData } from "../../../../spec/records/report.js";
import { NO_FAULTS, withFaults } from "../sampleFaults.js";
import { sampleReport } from "../sampleReport.js";
import { all, parse, text } from "./parsed.js";

test("of 200 files left out the first 50 are listed, and the number is said", () => {
  const page = parse(renderReport(sampleReport({ quarantined: 200 })));
  assert.equal(all(page, "#data details tbody tr").length, 50);
  assert.match(text(page, "#data summary"), /^200 files/);
});

test("faults of the data are said in sentences and shown as pictures", () => {
  const data = withFaults(sampleReport({ classes: ["ant", "bee", "cow"] }));
  const page = parse(renderReport(data));
  const checks = text(page, "#checks");
  for (const said of [
    "The border colour alone tells “bee” from the other classes in 91.2 % of cases",
    "“bee” has 14 times as many images as “ant”",
    "“ant”: fewer than 5 images",
    "“cow”: fewer than 20 images",
    "2 images are of another format than the name says (a/1.jpg is png)",
    "In “Cat” and “cat” only capitals differ.",
    "2 images show one colour and nothing else (a/1.jpg in “bee”)",
    "1 image is of another format than nearly all others (a/1.jpg is gif)",
    "1 file or folder in the source was passed over (a/1.jpg: hidden)",
    "1 picture is there more than once under different labels",
    "1 picture lies in more than one split. The copies of held-out images were left out",
    "Of 500 test and validation images the model is confident that 1 is of another class",
    "Of 900 training and validation images the linear classifier of the recipe is confident that 2 are of another class",
    "Of 300 validation and test images 1 nearly matches an image of another split",
    "On the 1 test image among them the accuracy is 100.0 %, on the others 84.0 %",
  ]) {
    assert.ok(checks.includes(said), `“${said}” is missing in: ${checks}`);
  }
  assert.deepEqual(
    all(page, "#checks .thumb").map((picture) => picture.getAttribute("title")),
    [
      ...["a/1.jpg", "b/2.jpg", "c/1.jpg", "c/2.jpg", "f/1.jpg", "f/2.jpg"],
      // What both the model and the recipe's probe suspect is shown once.
      ...["a/1.jpg", "e/1.jpg", "d/1.jpg", "d/2.jpg"],
    ],
  );
  const shown = new Set(all(page, "#checks .thumb").map((picture) => picture.getAttribute("title")));
  assert.deepEqual(new Set(checkedPaths(data)), shown);
});

test("clean data get one calm sentence, and old artifacts are not called clean", () => {
  const data = sampleReport();
  const clean = parse(renderReport({ ...data, dataset: { ...data.dataset, faults: NO_FAULTS } }));
  assert.match(text(clean, "#checks p"), /^Nothing suspicious was found/);
  assert.equal(all(clean, "#checks p, #checks h3, #checks img").length, 1);
  assert.match(text(parse(renderReport(data)), "#checks p"), /older version of thaw/);
});

test("copies that the manifest's splits tear apart are not said to lie within one split", () => {
  const data = withFaults(sampleReport());
  const leaks = data.dataset.faults?.leaks;
  assert.ok(leaks !== undefined && data.dataset.faults !== undefined);
  assert.match(
    text(parse(renderReport(data)), "#data p"),
    /; 1 of them lay in several splits: 1.copy of a held-out image was left out\./,
  );
  const faults = { ...data.dataset.faults, leaks: { ...leaks, policy: "report", dropped: 0 } } as const;
  const evaluation = {
    ...data.evaluation,
    accuracy: 0.92,
    leaked: { images: 40, accuracy: 1, accuracyOfOthers: 0.84 },
  };
  const page = parse(renderReport({ ...data, evaluation, dataset: { ...data.dataset, faults } }));
  const figures =
    "On the 40 test images known from training the accuracy is 100.0 %, on the others 84.0 %, on all";
  assert.ok(text(page, "#checks").includes(figures));
  assert.doesNotMatch(text(page, "#data p"), /each lies within one split/);
  assert.match(text(page, "#checks"), /left as they are, so the test accuracy is probably too good\./);
  assert.match(
    text(page, "#card"),
    /40.test images have copies .*, so the test accuracy is probably too good\./,
  );
  const worse = { ...evaluation, leaked: { images: 4, accuracy: 0.75, accuracyOfOthers: 0.833 } };
  const other = parse(renderReport({ ...data, evaluation: worse, dataset: { ...data.dataset, faults } }));
  assert.doesNotMatch(text(other, "main"), /accuracy is (probably )?too good/);
  assert.match(text(other, "#checks"), /though the test images among them are not recognised better/);
});

test("what is counted but not shown is said to be so: groups of copies, and images of a group", () => {
  const data = withFaults(sampleReport());
  const { faults } = data.dataset;
  const [, , copies] = faults?.duplicates.shown ?? [];
  assert.ok(faults !== undefined && copies !== undefined);
  const four = [1, 2, 3, 4].map((n) => ({ path: `d/${n}.jpg`, label: 0, split: "train" }) as const);
  const big = { ...copies, images: { count: 4, shown: four } };
  const duplicates = { count: 33, shown: Array.from({ length: 8 }, () => big) };
  const page = parse(
    renderReport({ ...data, dataset: { ...data.dataset, faults: { ...faults, duplicates } } }),
  );
  const said = text(page, "#checks").replaceAll("\u00a0", " ");
  assert.match(said, /33 pictures are there more than once.* telling more\. 6 of them are shown here\./);
  assert.match(said, /4 images, the same bytes; 3 of them shown/);
  assert.equal(said.match(/of them (is|are)? ?shown/g)?.length, 1 + 6);
});

test("that no test image is known from training is said only where nothing is suspected across the splits", () => {
  const suspected = withFaults(sampleReport({ duplicateGroups: 3 }));
  const { leaks: _leaks, ...faults } = suspected.dataset.faults ?? NO_FAULTS;
  const dataset = { ...suspected.dataset, faults };
  const page = parse(renderReport({ ...suspected, dataset }));
  assert.match(text(page, "#data"), /each lies within one split\. Others are suspected across the splits/);
  assert.match(
    text(page, "#checks"),
    /lie in one split, but for those that are suspected across the splits\. /,
  );
  assert.doesNotMatch(text(page, "main"), /no test image (has a twin|is known)/);
  const { recipe: _recipe, ...clear } = suspected;
  const other = parse(renderReport({ ...clear, dataset }));
  assert.match(text(other, "#data"), /so no test image has a twin among the training images\./);
  assert.match(text(other, "#checks"), /so no test image is known from training\. /);
  assert.doesNotMatch(text(other, "#card"), /of images of another split/);
});

test("images that a tuned base has met are said to be kept out of the held-out ones, or to flatter", () => {
  const data = sampleReport();
  const known = (learned: number, flattering: number): ReportData => ({
    ...data,
    dataset: { ...data.dataset, knownToBase: { learned, heldOut: 10, dropped: 0, flattering } },
  });
  const calm = parse(renderReport(known(142, 0)));
  assert.match(text(calm, "#data"), /The base was tuned with 142 of the images; none of these is held out\./);
  assert.doesNotMatch(text(calm, "#card"), /The base has learned from/);
  const flattered = parse(renderReport(known(142, 3)));
  assert.match(text(flattered, "#data"), /3 images are held out although the base has learned from them\./);
  assert.match(text(flattered, "#card"), /The base has learned from 3 images of those held out/);
  assert.doesNotMatch(text(parse(renderReport(data)), "#data"), /The base was tuned/);
});
