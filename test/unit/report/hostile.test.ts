/** What strangers named, in the report, the card, and the Markdown of both. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderModelCard } from "../../../report/card/markdown.js";
import { renderReport } from "../../../report/render.js";
import type { ReportData } from "../../../spec/records/report.js";
import { assertInert } from "../../support/hostile/markdown.js";
import { assertClean, HOSTILE, mixed, poisoned } from "../../support/hostile/texts.js";
import { all, parse } from "./render/parsed.js";
import { withDrift } from "./sampleDrift.js";
import { withFaults } from "./sampleFaults.js";
import { sampleReport } from "./sampleReport.js";

/** What programs read. */
const KEPT = new Set([
  ...[
    "split",
    "stage",
    "verdict",
    "kind",
    "why",
    "policy",
    "grade",
    "code",
    "deepest",
    "layerGroups",
    "createdAt",
  ],
  ...["outcome", "currency", "better"],
]);
const TEXTS = [...HOSTILE, ...mixed(2, 60)];

/** Every class and file of another hostile name, and every sentence a hostile one, with pictures under their names. */
function hostile(turn: number, plain: ReportData): ReportData {
  const names = [...TEXTS.slice(turn), ...TEXTS.slice(0, turn)];
  const own = new Map<string, string>();
  const named = (name: string): string => {
    const known = own.get(name) ?? `${names[own.size % names.length]} ${own.size}`;
    own.set(name, known);
    return known;
  };
  const renamed = (pictures: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(pictures).map(([path, picture]) => [named(path), picture]));
  const { thumbnails, overlays = {}, digests, ...rest } = plain;
  const paths = JSON.parse(JSON.stringify(rest), (key, value: unknown) =>
    key === "path" && typeof value === "string" ? named(value) : value,
  ) as Omit<ReportData, "thumbnails">;
  const sentences = poisoned(paths, names, new Set([...KEPT, "path", "examples", "surest"]));
  const { activationMaps } = paths;
  return {
    ...sentences,
    ...(activationMaps === undefined
      ? {}
      : {
          activationMaps: { ...activationMaps, surest: activationMaps.surest.map((some) => some.map(named)) },
        }),
    digests,
    examples: plain.examples.map((some) => some.map(named)),
    thumbnails: renamed(thumbnails),
    overlays: renamed(overlays),
  };
}

/** Elements and attributes that a report has, whatever it is of. */
function skeleton(html: string): string {
  const page = parse(html);
  return all(page, "*")
    .map(({ tagName }) => tagName.toLowerCase())
    .filter((name) => name !== "wbr" && name !== "code" && name !== "abbr")
    .join(" ");
}

const plain = withDrift(withFaults(sampleReport()));

test("no name acts in the report: no element, link, attribute or character of theirs", () => {
  const shape = skeleton(renderReport(hostile(0, { ...plain })));
  for (let turn = 0; turn < TEXTS.length; turn += 31) {
    const html = renderReport(hostile(turn, plain));
    assertClean(html, "the report");
    const page = parse(html);
    assert.equal(all(page, "script, iframe, object, embed, form, base, meta[http-equiv=refresh]").length, 0);
    assert.equal(skeleton(html), shape);
    for (const element of all(page, "*")) {
      const names = (element as unknown as { getAttributeNames(): string[] }).getAttributeNames();
      assert.ok(!names.some((name) => name.startsWith("on")), names.join());
    }
    for (const link of all(page, "a, img, use, image, link")) {
      const target = link.getAttribute("href") ?? link.getAttribute("src") ?? "";
      assert.match(target, /^(#|data:)/, target.slice(0, 80));
    }
  }
});

test("different names stay different, and each keeps its picture", () => {
  const same = "x".repeat(5_000);
  const classes = plain.dataset.classes.map((_, label) => `${same}${label}${same}`);
  const html = renderReport({ ...plain, dataset: { ...plain.dataset, classes } });
  const shown = all(parse(html), "#examples dt").map(({ textContent }) => textContent);
  assert.equal(new Set(shown).size, classes.length);
  const pictures = (page: string): number => all(parse(page), "img").length;
  assert.equal(pictures(renderReport(hostile(3, plain))), pictures(renderReport(plain)));
});

test("the report's and the card's size is bounded, whatever the names", () => {
  const long = (data: ReportData): ReportData =>
    poisoned(data, ["漢".repeat(10_000), "\u001b".repeat(10_000)], KEPT);
  const usual = renderReport(plain).length;
  assert.ok(renderReport(long({ ...plain, thumbnails: {} })).length < usual + 6_000_000);
  assert.ok(renderModelCard(long(plain)).length < 2_000_000);
  const classes = Array.from({ length: 300 }, (_, label) => `${"n".repeat(10_000)}${label}`);
  const many = renderReport(
    sampleReport({ classes, testImagesPerClass: 2, errorRate: 0.5, thumbnails: false }),
  );
  assert.ok(many.length < 8_000_000, `${many.length} bytes`);
  const matrix = all(parse(many), "#confusion tbody tr");
  assert.equal(matrix.length, 100);
  assert.match(many, /100 classes with most mistakes of 300/);
});

test("no name acts in the card: neither HTML, links, pictures, code nor lists", () => {
  for (let turn = 0; turn < TEXTS.length; turn += 5) {
    const card = renderModelCard(hostile(turn, plain));
    assertClean(card, "the card");
    assertInert(card);
    const lines = card.split("\n").filter((line) => line !== "");
    for (const line of lines)
      assert.match(line, /^(#{1,2} |- )/, "every line is a heading or an item of ours");
    assert.equal(
      lines.filter((line) => line.startsWith("#")).length,
      renderModelCard(plain)
        .split("\n")
        .filter((line) => line.startsWith("#")).length,
    );
  }
});
