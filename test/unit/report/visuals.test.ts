/** Maps of evidence, the map of features and the model card, as the report shows them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { renderModelCard } from "../../../report/card/markdown.js";
import { whereStrongest } from "../../../report/pictures/maps.js";
import { layOut } from "../../../report/plots/featureLayout.js";
import { renderReport } from "../../../report/render.js";
import type { ReportData } from "../../../spec/records/report.js";
import { withFaults } from "./sampleFaults.js";
import { withFolds } from "./sampleFolds.js";
import { sampleReport } from "./sampleReport.js";
import { VARIANTS } from "./variants.js";

interface Element {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}
const render = (data: ReportData): Element => parseHTML(renderReport(data)).document as unknown as Element;
const all = (root: Element, selector: string): Element[] => [...root.querySelectorAll(selector)];
const text = (root: Element, selector: string): string =>
  (root.querySelector(selector)?.textContent ?? "").replace(/\s+/g, " ").trim();

test("every mistake and every sure picture has its map over the square that the network was shown", () => {
  const data = sampleReport({ errorRate: 0.1 });
  const page = render(data);
  assert.equal(all(page, "#evidence .map").length, data.activationMaps?.surest.flat().length);
  const [list] = all(page, "#mistakes .pictures");
  assert.ok(list !== undefined);
  assert.equal(all(list, ".map").length, data.evaluation.mistakes.length);
  const [first] = all(list, ".seen");
  const { width = 0, height = 1 } =
    data.activationMaps?.maps.find(({ path }) => path === data.evaluation.mistakes[0]?.path) ?? {};
  assert.match(first?.getAttribute("style") ?? "", new RegExp(`--ratio:\\s*${width / height}`));
  const box = first?.querySelector(".map")?.getAttribute("style") ?? "";
  const [side] = width > height ? [74] : [98];
  assert.ok(box.includes(`width:${((100 * (side ?? 0)) / width).toFixed(2)}%`), box);
  assert.ok(box.includes(`top:${((50 * (height - (side ?? 0))) / height).toFixed(2)}%`), box);
});

test("maps are shown at first over sure pictures, and over mistakes when asked for", () => {
  const page = render(sampleReport({ errorRate: 0.1 }));
  const isOn = (id: string): boolean => page.querySelector(`#${id}`)?.getAttribute("checked") !== null;
  assert.deepEqual([isOn("evidence-maps"), isOn("mistake-maps")], [true, false]);
});

test("a map that is not embedded is left out, and its picture stays", () => {
  const data = sampleReport({ errorRate: 0.1 });
  const path = data.evaluation.mistakes[0]?.path ?? "";
  const page = render({ ...data, overlays: { ...data.overlays, [path]: "https://example.org/map.png" } });
  const shown = all(page, "#mistakes ol").flatMap((list) => all(list, `img[title="${path}"]`));
  assert.ok(shown.length > 0 && shown.every((image) => image.getAttribute("class") === "thumb"));
});

for (const [values, columns, words] of [
  [[0, 0, 0, 0, 1, 0, 0, 0, 0], 3, "strongest in the centre"],
  [[1, 0, 0, 0, 0, 0, 0, 0, 0], 3, "strongest at the top left"],
  [[...new Array<number>(48).fill(0.5), 1], 7, "strongest at the bottom right"],
  [
    [...new Array<number>(27).fill(0), 1, ...new Array<number>(21).fill(0)],
    7,
    "strongest at the middle right",
  ],
  [[0, 0, 0, 0], 2, "nothing spoke for it"],
] as const) {
  test(`in words: ${words}`, () => assert.equal(whereStrongest(values, columns), words));
}

test("every image is a dot of its class, and mistakes lead to their pictures", () => {
  const data = VARIANTS["eight classes, as many as there are colours"] ?? sampleReport();
  const page = render(data);
  const points = data.featureMap?.points ?? [];
  assert.equal(all(page, "#features use").length, points.length);
  const linked = data.evaluation.mistakes.filter(({ path }) => points.some((point) => point.path === path));
  const links = all(page, "#features a");
  assert.equal(links.length, linked.length);
  assert.ok(links.length > 0);
  for (const link of links) {
    const target = page.querySelector(link.getAttribute("href") ?? "");
    const path = target?.querySelector(".path")?.textContent ?? "nowhere";
    assert.ok(link.getAttribute("aria-label")?.endsWith(`(${path})`), path);
  }
});

test("with more classes than colours each has a map of its own, the weakest 24 at most", () => {
  const data = VARIANTS["thirty classes, four stages, 200 files left out"] ?? sampleReport();
  const page = render(data);
  assert.equal(all(page, "#features .panels > li").length, 24);
  assert.match(text(page, "#features"), /of 30.classes the 24 of least recall/);
  const names = new Set(all(page, ".panels figcaption").map(({ textContent }) => textContent));
  const least = Math.min(...data.evaluation.perClass.map(({ recall }) => recall));
  for (const { name, recall } of data.evaluation.perClass) {
    if (recall === least) assert.ok(names.has(name), `${name} has the least recall`);
  }
});

test("the map keeps distances: one scale for both axes, and everything inside", () => {
  const corners = [
    { x: -3, y: 0 },
    { x: 5, y: 0 },
    { x: 1, y: 2 },
  ];
  const points = corners.map((corner, index) => ({ path: String(index), label: 0, ...corner }));
  const { width, height, points: placed } = layOut({ explained: [0.5, 0.2], points }, 400);
  const [a, b, c] = placed;
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  assert.ok(Math.abs((b.left - a.left) / 8 - (a.top - c.top) / 2) < 0.1);
  for (const { left, top } of placed) assert.ok(left > 0 && left < width && top > 0 && top < height);
  const alone = layOut({ explained: [0, 0], points: points.slice(0, 1) }, 400);
  assert.deepEqual([alone.points[0]?.left, alone.points[0]?.top], [200, alone.height / 2]);
});

test("the model card says what the maker says, what was measured, and what was not", () => {
  const data = withFaults(sampleReport());
  const page = text(render(data), "#card");
  const [low, high] = data.evaluation.accuracyInterval.map((share) => (100 * share).toFixed(1));
  for (const said of [
    "Sorting of holiday pictures.",
    "CC-BY-4.0",
    "Apache-2.0",
    `(95 % interval ${low} % to ${high} %)`,
    "ow the model does on another site, camera, population or season was not measured",
    "The border colour of the files gives classes away",
    "1 of 300 validation and test images may be a copy of images of another split",
    "On the other test images the accuracy is 84.0 %",
    "thaw export sample-objects@3",
    data.engine,
    data.digests["tune-2"] ?? "",
  ]) {
    assert.ok(page.includes(said), `“${said}” is missing in: ${page}`);
  }
  const { card: _card, ...silent } = data;
  assert.equal(text(render(silent), "#card").match(/Not stated/g)?.length, 3);
});

test("the model card of a run with folds has their figure first, and says how far each figure is known", () => {
  const data = withFolds(sampleReport({ classes: ["no", "yes"], testImagesPerClass: 20 }));
  const card = renderModelCard(data).replaceAll("\u00a0", " ");
  assert.match(
    card,
    /## Evaluation\n\n- \*\*Accuracy over 5 folds:\*\* 89\.5 % \(95 % interval .*200 images, each held out once/,
  );
  assert.match(card, /known to .* over 5 trainings on different images\. The registered model is one more/);
  assert.doesNotMatch(card, /which was done once/);
  assert.doesNotMatch(renderModelCard(sampleReport()), /folds|different images/);
});

test("the card as Markdown has the sections of the page, and no text becomes markup", () => {
  const bad = "a <b>*x*</b> [l](http://x)\n# no heading `c`";
  const plain = sampleReport();
  const data = {
    ...plain,
    engine: bad,
    card: { intended_use: bad, limits: bad, licence: bad, contact: bad },
  };
  const lines = renderModelCard(data).split("\n");
  const page = render(data);
  assert.deepEqual(
    lines.filter((line) => line.startsWith("## ")).map((line) => line.slice(3)),
    all(page, "#card h3").map(({ textContent }) => textContent),
  );
  assert.equal(lines.filter((line) => line.startsWith("#")).length, 1 + all(page, "#card h3").length);
  const use = "a \\<b\\>\\*x\\*\\</b\\> `[l](http://x)` \\# no heading \\`c\\`";
  assert.ok(lines.includes(`- **Said by the maker:** ${use}`));
  assert.ok(lines.includes("- **Engine:** `` a <b>*x*</b> [l](http://x)\\n# no heading `c` ``"));
  assert.ok(lines.includes(`- ${use}`));
});
