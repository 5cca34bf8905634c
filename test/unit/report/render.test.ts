import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseHTML } from "linkedom";
import { checkedPaths } from "../../../report/checks/pictures.js";
import { renderReport } from "../../../report/render.js";
import type { Calibration } from "../../../spec/records/evaluation.js";
import type { ReportData } from "../../../spec/records/report.js";
import { NO_FAULTS, withFaults } from "./sampleFaults.js";
import { withFolds } from "./sampleFolds.js";
import { sampleReport } from "./sampleReport.js";
import { VARIANTS } from "./variants.js";

/** What the tests use of a parsed page. */
interface Element {
  readonly tagName: string;
  readonly textContent: string;
  readonly parentNode: Element;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

const parse = (html: string): Element => parseHTML(html).document as unknown as Element;
const all = (root: Element, selector: string): Element[] => [...root.querySelectorAll(selector)];
const text = (root: Element, selector: string): string =>
  (root.querySelector(selector)?.textContent ?? "").replace(/\s+/g, " ").trim();

const SECTIONS = [
  "result",
  "stages",
  "folds",
  "recipe",
  "curves",
  "network",
  "confusion",
  "classes",
  "confidence",
  "mistakes",
  "evidence",
  "features",
  "data",
  "checks",
  "card",
  "timings",
  "reproduce",
  "base",
];

for (const [name, data] of Object.entries(VARIANTS)) {
  describe(`a report: ${name}`, () => {
    const html = renderReport(data);
    const page = parse(html);

    test("has every section, each reached from the navigation", () => {
      assert.deepEqual(
        all(page, "nav a").map((link) => link.getAttribute("href")),
        SECTIONS.map((id) => `#${id}`),
      );
      for (const id of SECTIONS) assert.ok(text(page, `#${id}`).length > 20, `#${id} is empty`);
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
  assert.match(text(parse(renderReport(few)), "#result"), /With only 27 test images the interval is wide/);
  assert.doesNotMatch(text(parse(renderReport(sampleReport())), "#result"), /the interval is wide/);
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

test("of 200 files left out the first 50 are listed, and the number is said", () => {
  const page = parse(renderReport(sampleReport({ quarantined: 200 })));
  assert.equal(all(page, "details tbody tr").length, 50);
  assert.match(text(page, "summary"), /^200 files/);
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
    "1 file in the source folder was passed over (a/1.jpg: hidden)",
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
  assert.match(text(parse(renderReport(data)), "#data p"), /each lies within one split/);
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
  for (const data of Object.values(VARIANTS)) {
    const withoutPictures = renderReport({ ...data, thumbnails: {} });
    assert.ok(Buffer.byteLength(withoutPictures) < 1_000_000);
  }
});

test("why this recipe: the decision, the figures it rests on, and what would help", () => {
  const usual = sampleReport();
  const recipe = usual.recipe;
  assert.ok(recipe !== undefined);
  const decision = {
    ...recipe.decision,
    reason: "only the first stage",
    stages: 1,
    help: "add fifty images, or set `recipe: staged`",
  };
  const domain = recipe.domain && { ...recipe.domain, advice: "compare with `surgical: first-block`" };
  const page = parse(renderReport({ ...usual, recipe: { ...recipe, decision, ...(domain && { domain }) } }));
  const said = text(page, "#recipe");
  assert.match(
    said,
    /Staged unfreezing, 1 of 2.stages: only the first stage\. What would help: add fifty images, or set recipe: staged\./,
  );
  assert.match(said, /Compare with surgical: first-block\. The distance alone/);
  assert.deepEqual(
    all(page, "#recipe p code").map((code) => code.textContent),
    ["recipe: staged", "surgical: first-block"],
  );
  assert.match(said, /Linear probe\s*93\.1.%.*91\.6.% to 94\.3.%/);
  assert.match(said, /Features’ worth: suits\./);
  assert.match(
    said,
    /Domain distance: near\. The images are near.*Domain distance by layer group.*top: 0\.17/s,
  );
  const { domain: _words, ...before } = recipe;
  const { domain: _numbers, ...evidence } = recipe.evidence;
  const earlier = renderReport({ ...usual, recipe: { ...before, evidence } });
  assert.doesNotMatch(text(parse(earlier), "#recipe"), /Domain distance/);
  const { recipe: _recipe, ...older } = usual;
  assert.match(text(parse(renderReport(older)), "#recipe"), /before thaw chose recipes/);
});

test("compared bases have their domain distances, and the recipe says that there was a comparison", () => {
  const probe = { accuracy: 0.9, interval: [0.88, 0.92], balancedAccuracy: 0.9 } as const;
  const candidate = { probe, logMe: 0.3, hScore: 2, neighbours: 0.8, secondsPerView: 0.01 };
  const far = { distance: 0.314, error: 0.011, verdict: "far" } as const;
  const shown = (candidates: NonNullable<ReportData["bases"]>["candidates"]) =>
    parse(renderReport({ ...sampleReport(), bases: { candidates, chosen: "xray", reason: "xray: more" } }));
  const page = shown([
    { ...candidate, name: "xray", domain: far },
    { ...candidate, name: "mobile" },
  ]);
  assert.match(text(page, "#base"), /Domain distance: how far.*xray.*0\.31 ± 0\.02 \(far\).*mobile.*–/s);
  assert.match(text(page, "#recipe"), /Base: xray, chosen out of\s2 that were compared\. xray: more\./);
  assert.equal(all(page, '#recipe a[href="#base"]').length, 1);
  assert.doesNotMatch(text(shown([{ ...candidate, name: "xray" }]), "#base"), /Domain distance/);
  assert.doesNotMatch(text(parse(renderReport(sampleReport())), "#recipe"), /compared/);
});

test("the folds are the headline of a small set, the hold-out stands beside it, and the pairs say what is proven", () => {
  const data = withFolds(sampleReport({ classes: ["no", "yes"], testImagesPerClass: 20 }));
  const page = parse(renderReport(data));
  const plain = (selector: string): string => text(page, selector).replaceAll("\u00a0", " ");
  // 5 × 40 images, 4 of a fold wrong and one more in the first.
  assert.match(
    plain(".result"),
    /Accuracy over 5 folds89\.5 %95 % interval .*200 images, each held out once/,
  );
  assert.match(
    plain(".result"),
    /frozen base, over the folds80\.0 %Added by fine-tuning, over the folds\+9\.5 percentage points; 95 % interval \+5\.0 to \+13\.8, p < 0\.001This model on its one hold-out/,
  );
  // Each fold: 4 right now that the head has wrong; in the first one more wrong.
  assert.match(
    plain("#folds"),
    /Of 200 images it set 20 right and 1 wrong: a proven gain \(McNemar's test, p < 0\.001\)/,
  );
  assert.match(plain("#folds"), /Of 5 folds the gate kept tune-1 \(down to blocks\.6\) in 2\./);
  assert.equal(all(page, "#folds tbody tr").length, 5 + 3);
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

test("the folds are one row of the timings, and each has its digest", () => {
  const usual = sampleReport();
  const folds = ["fold-1", "fold-2", "fold-3"];
  const data = {
    ...usual,
    timings: [
      { stage: "head", seconds: 30, cached: false },
      ...folds.map((stage) => ({ stage, seconds: 100, cached: false })),
      { stage: "evaluate", seconds: 12, cached: false },
    ],
    digests: { ...usual.digests, ...Object.fromEntries(folds.map((stage) => [stage, `digest of ${stage}`])) },
  };
  const page = parse(renderReport(data));
  assert.deepEqual(
    all(page, "#timings tbody tr").map(({ textContent }) => textContent.replaceAll("\u00a0", " ")),
    ["head30 s", "fold-1 … fold-35 min", "evaluate12 s"],
  );
  assert.match(text(page, "#timings tfoot").replaceAll("\u00a0", " "), /^Together5 min 42 s/);
  for (const stage of folds) assert.match(text(page, "#reproduce"), new RegExp(`digest of ${stage}`));
});

test("without folds the report says why there are none", () => {
  const data = sampleReport();
  const folds = { count: 0, reason: "no folds: 400 held-out images are enough for a usable interval" };
  const recipe = data.recipe && { ...data.recipe, decision: { ...data.recipe.decision, folds } };
  const page = parse(renderReport({ ...data, ...(recipe === undefined ? {} : { recipe }) }));
  assert.match(text(page, "#folds"), /was not cross-validated: no folds: 400 held-out images/);
  assert.match(text(page, ".result"), /^Test accuracy/);
});

test("what more images would buy: the advice, and a law that is not trusted is not drawn beyond the data", () => {
  const usual = sampleReport();
  const { recipe } = usual;
  const curve = recipe?.evidence.learningCurve;
  assert.ok(recipe !== undefined && curve !== undefined);
  const page = parse(renderReport(usual));
  assert.match(text(page, "#recipe"), /Twice as many images would buy about 1\.5 points\./);
  assert.match(
    text(page, "#images-curve-desc"),
    /1,120 images: 93\.1.%; expected with 2,240: 94\.6.% \(94\.0.% to 95\.2.%\)/,
  );
  const uncertain = { ...recipe.evidence, learningCurve: { ...curve, verdict: "uncertain" } } as const;
  const other = parse(renderReport({ ...usual, recipe: { ...recipe, evidence: uncertain } }));
  assert.match(text(other, "#images-curve-desc"), /1,120 images: 93\.1.%\.$/);
  assert.match(text(other, "#recipe"), /not to be trusted/);
  const { learningCurve: _curve, ...older } = recipe.evidence;
  assert.equal(
    all(parse(renderReport({ ...usual, recipe: { ...recipe, evidence: older } })), "#images-curve-desc")
      .length,
    0,
  );
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
