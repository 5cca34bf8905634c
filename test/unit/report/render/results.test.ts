/** What the report says of the result: figures, stages, curves, classes, confidence and mistakes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReport } from "../../../../report/render.js";
import type { Calibration } from "../../../../spec/records/evaluation.js";
import type { ReportData } from "../../../../spec/records/report.js";
import { sampleReport } from "../sampleReport.js";
import { VARIANTS } from "../variants.js";
import { all, type Element, parse, text } from "./parsed.js";

test("the headline shows accuracy, interval, what fine-tuning added and what transfer was worth", () => {
  const data = sampleReport();
  const page = parse(
    renderReport({
      ...data,
      evaluation: {
        ...data.evaluation,
        accuracy: 0.978,
        accuracyInterval: [0.959, 0.988],
        byStage: [{ stage: "head", accuracy: 0.936 }, ...data.evaluation.byStage.slice(1)],
        scratch: { accuracy: 0.617, seconds: 131, epochs: 14 },
      },
    }),
  );
  assert.match(text(page, "h1"), /^sample-objects version 3$/);
  const result = text(page, "#result");
  for (const figure of ["97.8 %", "95.9 % to 98.8 %", "93.6 %", "+4.2", "61.7 %", "+36.1 points"]) {
    assert.ok(result.includes(figure), `${figure} is missing in: ${result}`);
  }
});

test("a licence that binds the model stands below the figures, a free one only in the card", () => {
  const data = sampleReport();
  const resultWith = (licence: string): string =>
    text(parse(renderReport({ ...data, base: { ...data.base, licence } })), "#result");
  assert.match(resultWith("CC-BY-NC-4.0"), /CC-BY-NC-4\.0: its weights may not be used commercially/);
  assert.match(resultWith("not stated"), /nobody has stated under which licence/);
  assert.doesNotMatch(resultWith("Apache-2.0"), /licence/i);
});

test("the stage table says what was kept and what was rolled back, and why", () => {
  const page = parse(renderReport(sampleReport()));
  const rows = all(page, "#stages tbody tr").map((row) => row.textContent.replace(/\s+/g, " "));
  assert.equal(rows.length, 4);
  assert.match(rows[1] ?? "", /blocks\.6tune-1.*✓ kept ?validation loss [\d.]+ → [\d.]+/);
  assert.match(rows[2] ?? "", /blocks\.5tune-2.*↩ rolled back ?validation loss [\d.]+ → [\d.]+/);
});

test("every stage shows its interval, and the final model is compared with the head image by image", () => {
  const data = sampleReport();
  const page = parse(renderReport(data));
  const [low, high] = data.evaluation.byStage[0]?.interval ?? [];
  const range = `${(100 * (low ?? 0)).toFixed(1)} to ${(100 * (high ?? 0)).toFixed(1)} %`;
  const [head] = all(page, "#stages tbody tr").map((row) => row.textContent.replace(/\s+/g, " "));
  assert.ok(head?.includes(range), `${range} is missing in: ${head}`);
  assert.ok(text(page, "#stage-accuracy-desc").includes(`(${range.replace(" to", " % to")})`));
  const { better, worse } = data.evaluation.againstHead ?? {};
  assert.match(
    text(page, "#stages"),
    new RegExp(`gets ${better} right that the head gets wrong, and ${worse} wrong that the head gets right`),
  );
});

test("a mean with mirror images stands beside the plain accuracy, not in its place", () => {
  const data = sampleReport();
  const mirrored = { accuracy: 0.4321, interval: [0.4, 0.5], loss: 1 } as const;
  const page = parse(renderReport({ ...data, evaluation: { ...data.evaluation, mirrored } }));
  assert.match(
    text(page, "#stages"),
    /its mirror image, as thaw predict --mirrored does it, the final model reaches 43\.2 %/,
  );
  assert.doesNotMatch(text(page, "#result"), /43\.2/);
  assert.doesNotMatch(text(parse(renderReport(data)), "#stages"), /mirror/);
});

test("classes have AUC and average precision where they were measured", () => {
  const headers = (data: ReportData): string[] =>
    all(parse(renderReport(data)), "#classes thead th").map(({ textContent }) => textContent.trim());
  assert.deepEqual(headers(sampleReport()).slice(3, 6), ["F1", "AUC", "AP"]);
  const old = VARIANTS["evaluated by version 1, which measured no calibration"] ?? sampleReport();
  assert.deepEqual(headers(old).slice(3, 5), ["F1", "Support"]);
});

test("calibration and sets are told in words, and every bin with images is a dot", () => {
  const data = sampleReport();
  const page = parse(renderReport(data));
  const { calibration, conformal, temperature } = data.evaluation;
  const words = text(page, "#confidence");
  assert.ok(words.includes(`dividing its outputs by ${temperature?.toFixed(2)}`));
  assert.ok(words.includes(`in the set for ${(100 * (conformal?.coverage ?? 0)).toFixed(1)} %`));
  for (const [id, { bins }] of Object.entries(calibration ?? {}) as [string, Calibration][]) {
    const dots = all(page, `svg[aria-labelledby^=reliability-${id}] circle`);
    assert.equal(dots.length, bins.filter(({ images }) => images > 0).length);
  }
});

test("below 100 test images the report says that the interval is wide, and what would narrow it", () => {
  const few = VARIANTS["every stage rolled back, single epochs, few test images"] ?? sampleReport();
  assert.match(
    text(parse(renderReport(few)), "#result"),
    /Only 27 images were held out: the accuracy may be anything from/,
  );
  assert.match(text(parse(renderReport(few)), "#warnings"), /four times as many halve the interval/);
  assert.doesNotMatch(text(parse(renderReport(sampleReport())), "main"), /were held out: the accuracy may/);
});

test("right answers of little confidence are shown apart from mistakes", () => {
  const data = sampleReport();
  const page = parse(renderReport(data));
  const lists = all(page, "#mistakes ol");
  assert.equal(lists.length, 2);
  assert.equal(all(lists[0] as Element, "li").length, data.evaluation.mistakes.length);
  for (const item of all(lists[1] as Element, "li")) {
    const [truth, predicted] = all(item, "dd").map(({ textContent }) => textContent);
    assert.equal(truth, predicted);
  }
});

test("the learning curves name the freeze boundary of every stage and mark each best epoch", () => {
  const page = parse(renderReport(sampleReport()));
  const labels = all(page, "svg[aria-labelledby^=curve-loss] text").map(({ textContent }) => textContent);
  for (const label of ["base frozen", "unfrozen: blocks.6 and up", "unfrozen: blocks.5 and up"]) {
    assert.ok(labels.includes(label), `${label} is missing`);
  }
  const rings = all(page, "svg[aria-labelledby^=curve-loss] circle[r='5.5']");
  assert.equal(rings.length, 4);
});

test("curves that never move still get an axis", () => {
  const page = parse(renderReport(VARIANTS["perfect from the first epoch"] ?? sampleReport()));
  for (const [measure, labels] of [
    ["accuracy", ["90 %", "100 %"]],
    ["loss", ["0", "0.2", "0.8"]],
  ] as const) {
    const texts = all(page, `svg[aria-labelledby^=curve-${measure}] text`).map(
      ({ textContent }) => textContent,
    );
    for (const label of labels) assert.ok(texts.includes(label), `${label} is missing in ${measure}`);
  }
});

test("the strip shows frozen groups, rates of trained ones, and what became of them in the end", () => {
  const page = parse(renderReport(sampleReport()));
  const rows = all(page, "#network tbody tr").map((row) =>
    all(row, "td").map(({ textContent }) => textContent),
  );
  const frozen = (count: number): string[] => new Array<string>(count).fill("frozen");
  assert.deepEqual(rows, [
    [...frozen(9), "0.001"],
    [...frozen(7), "5×10⁻⁴", "0.001", "0.001"],
    [...frozen(6), "2.5×10⁻⁴", "5×10⁻⁴", "0.001", "0.001"],
    ["everything trained from random weights"],
    ["as pretrained", "fine-tuned", "new"],
  ]);
});

test("the confusion matrix holds every count", () => {
  const { evaluation } = sampleReport();
  const page = parse(renderReport(sampleReport()));
  const counts = all(page, ".heat tbody tr").map((row) =>
    all(row, "td").map(({ textContent }) => (textContent === "·" ? 0 : Number(textContent))),
  );
  assert.deepEqual(counts, evaluation.confusion);
});
