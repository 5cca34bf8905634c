/** The report as a page: every section, nothing loaded or run, texts that stay texts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderReport } from "../../../../report/render.js";
import { NO_FAULTS, withFaults } from "../sampleFaults.js";
import { sampleReport } from "../sampleReport.js";
import { VARIANTS } from "../variants.js";
import { all, parse, text } from "./parsed.js";

const SECTIONS = [
  "result",
  "warnings",
  "examples",
  "mistakes",
  "checks",
  "folds",
  "confidence",
  "evidence",
  "confusion",
  "classes",
  "data",
  "stages",
  "recipe",
  "curves",
  "network",
  "features",
  "card",
  "base",
  "timings",
  "reproduce",
  "words",
];

const RENDERED = Object.entries(VARIANTS).map(([name, data]) => ({ name, data, html: renderReport(data) }));

for (const { name, data, html } of RENDERED) {
  describe(`a report: ${name}`, () => {
    const page = parse(html);
    const sections = SECTIONS.flatMap((id) =>
      id === "checks" && data.drift !== undefined ? [id, "new-images"] : [id],
    );

    test("has every section, each reached from the navigation", () => {
      assert.deepEqual(
        all(page, "nav a").map((link) => link.getAttribute("href")),
        sections.map((id) => `#${id}`),
      );
      for (const id of sections) assert.ok(text(page, `#${id}`).length > 20, `#${id} is empty`);
    });

    test("folds all but verdict, warnings, examples and mistakes, with the anchors inside the folds", () => {
      const open = new Set(["result", "warnings", "examples", "mistakes"]);
      for (const id of sections) {
        const folded = page.querySelector(`main > .folded > details > #${id}`) !== null;
        assert.equal(folded, !open.has(id), id);
      }
      for (const { textContent } of all(page, "main > .folded > details > summary > h2"))
        assert.ok(textContent.length > 3);
    });

    test("loads nothing and runs nothing", () => {
      assert.equal(all(page, "script, iframe, object, embed, audio, video, form").length, 0);
      for (const image of all(page, "[src]")) assert.match(image.getAttribute("src") ?? "", /^data:image\//);
      for (const link of all(page, "link, use, image")) {
        assert.match(link.getAttribute("href") ?? "", /^(data:|#)/);
      }
      assert.doesNotMatch(text(page, "style"), /@import|url\(/);
      const handlers = html.match(/<[^>"]*(?:"[^"]*"[^>"]*)*\son\w+=/g);
      assert.equal(handlers, null);
    });

    test("names its parts: headings in order, captions, scopes, alternative texts, titles of pictures", () => {
      assert.equal(all(page, "h1").length, 1);
      const levels = all(page, "h1, h2, h3, h4").map(({ tagName }) => Number(tagName[1]));
      levels.forEach((level, index) => {
        assert.ok(level <= (levels[index - 1] ?? 0) + 1, `heading ${index} skips a level`);
      });
      for (const table of all(page, "table")) assert.ok(text(table, "caption").length > 0);
      for (const cell of all(page, "th")) assert.match(cell.getAttribute("scope") ?? "", /^(row|col)$/);
      for (const image of all(page, "img")) assert.ok((image.getAttribute("alt") ?? "").length > 0);
      for (const svg of all(page, "svg[role=img]")) {
        assert.ok(text(svg, "title").length > 0);
        assert.ok(text(svg, "desc").length > 0);
      }
      // Stages, two curves and the images' curve; two of reliability; the domain; and one map of up to eight classes.
      const one = data.featureMap !== undefined && data.dataset.classes.length <= 8 ? 1 : 0;
      const ofConfidence = data.evaluation.calibration === undefined ? 0 : 2;
      const ofDomain = data.recipe?.evidence.domain === undefined ? 0 : 1;
      assert.equal(all(page, "svg[role=img]").length, 4 + one + ofConfidence + ofDomain);
      for (const input of all(page, "input")) {
        const label = page.querySelector(`label[for=${input.getAttribute("id")}]`);
        assert.ok((label?.textContent ?? "").length > 0, "a box without a label");
      }
    });

    test("gives every anchor once", () => {
      const ids = all(page, "[id]").map((element) => element.getAttribute("id"));
      assert.equal(new Set(ids).size, ids.length);
    });

    test("prints no figure that is not a number", () => {
      assert.doesNotMatch(page.querySelector("main")?.textContent ?? "", /NaN|Infinity|undefined|\[object|⚠/);
      for (const element of all(page, "svg *")) {
        assert.doesNotMatch(element.getAttribute("d") ?? "", /NaN|Infinity/);
        assert.doesNotMatch(element.getAttribute("transform") ?? "", /NaN|Infinity/);
      }
    });
  });
}

test("the style sheet passes through JSX unchanged", () => {
  const style = /<style>([\s\S]*?)<\/style>/.exec(renderReport(sampleReport()))?.[1] ?? "";
  assert.match(style, /'Liberation Serif'/);
  assert.doesNotMatch(style, /&(quot|lt|amp);/);
});

test("a class that is named like a script stays a text, in tables and in pictures", () => {
  const data = VARIANTS["markup in every text"] ?? sampleReport();
  const page = parse(renderReport(data));
  assert.ok(
    all(page, "#confusion tbody th").some((cell) => cell.textContent === "<script>alert(1)</script>"),
  );
  assert.equal(all(page, "img[onerror]").length, 0);
  assert.match(text(page, "#curve-loss-desc"), /onerror=alert\(1\)> and up/);
});

test("a link that is no web address is shown, not linked", () => {
  const page = parse(renderReport({ ...sampleReport(), temporalUrl: "javascript:alert(1)" }));
  assert.match(text(page, "#reproduce"), /javascript:alert\(1\)/);
  assert.equal(all(page, "#reproduce a").length, 0);
  const usual = parse(renderReport(sampleReport()));
  assert.match(
    usual.querySelector("#reproduce a")?.getAttribute("href") ?? "",
    /^http:\/\/127\.0\.0\.1:8233\//,
  );
});

test("a picture that is not embedded is left out", () => {
  const data = sampleReport({ errorRate: 0.2 });
  const [path] = Object.keys(data.thumbnails);
  const page = parse(
    renderReport({ ...data, thumbnails: { ...data.thumbnails, [path ?? ""]: "https://example.org/1.png" } }),
  );
  assert.deepEqual(new Set(all(page, ".no-thumb").map((box) => box.getAttribute("title"))), new Set([path]));
});

test("values under pictures can be read whole where they are cut", () => {
  const data = sampleReport({ errorRate: 0.1 });
  const values = all(parse(renderReport(data)), "#mistakes .pictures dd");
  assert.ok(values.length > 0);
  for (const value of values) assert.equal(value.getAttribute("title"), value.textContent);
});

test("the run file stands there character by character", () => {
  const data = sampleReport();
  const page = parse(renderReport(data));
  assert.equal(page.querySelector("pre")?.textContent, data.runFile);
});

test("a usual report takes less than 1 MB besides its pictures", () => {
  for (const { data, html } of RENDERED) {
    const pictures = new Set(Object.values(data.thumbnails));
    const withoutPictures = html.replaceAll(/src="([^"]*)"/g, (all, source: string) =>
      pictures.has(source) ? "" : all,
    );
    assert.equal(withoutPictures.length < html.length, pictures.size > 0);
    assert.ok(Buffer.byteLength(withoutPictures) < 1_000_000);
  }
});

test("the strongest warning is the first sentence, before the figure; what to do comes with all of them", () => {
  const page = parse(renderReport(withFaults(sampleReport())));
  const result = text(page, "#result");
  const first = result.indexOf("The border colour alone tells");
  assert.ok(first > 0 && first < result.indexOf("Test accuracy"), result);
  const warnings = all(page, "#warnings > .warnings > li");
  assert.deepEqual(
    warnings.map((item) => item.getAttribute("class")),
    ["check", "check", "check", "check", "check"],
  );
  assert.match(warnings[0]?.textContent ?? "", /^To be checked\. The border colour .*Look where it looks/);
  for (const link of all(page, "#warnings a")) {
    const target = link.getAttribute("href") ?? "";
    assert.ok(page.querySelector(target) !== null, `${target} is not there`);
  }
  assert.match(text(page, "#warnings details"), /^7 notes .*Good to know\. 3 files of/);
});

test("a report without warnings says what was looked for, and has no alarm before its figure", () => {
  const { recipe: _recipe, ...data } = sampleReport({ quarantined: 0 });
  const clean = { ...data, dataset: { ...data.dataset, faults: NO_FAULTS } };
  const page = parse(renderReport(clean));
  assert.equal(page.querySelector(".strongest"), null);
  assert.match(text(page, "#warnings"), /Nothing was found that speaks against the figures/);
});

test("words of the glossary are explained where they first stand in a section, and nowhere within names or code", () => {
  const data = sampleReport();
  const [first = "", ...classes] = data.evaluation.classes;
  const named = JSON.parse(JSON.stringify(data).replaceAll(`"${first}"`, '"recall"')) as typeof data;
  const page = parse(renderReport(named));
  assert.ok(classes.length > 0);
  const found = all(page, "#result abbr").map(({ textContent }) => textContent.replaceAll("\u00a0", " "));
  assert.ok(found.includes("95 % interval") && found.includes("Balanced accuracy"), found.join(", "));
  assert.equal(new Set(found).size, found.length);
  assert.equal(all(page, "code abbr, pre abbr, a abbr, tbody abbr, abbr abbr, svg abbr").length, 0);
  assert.ok(all(page, "abbr").every((one) => (one.getAttribute("title") ?? "").endsWith(".")));
});
