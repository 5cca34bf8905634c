/** What the report says of the recipe, of compared bases and of more images. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReport } from "../../../../report/render.js";
import type { ReportData } from "../../../../spec/records/report.js";
import { sampleReport } from "../sampleReport.js";
import { all, parse, text } from "./parsed.js";

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

test("compared bases have their costs, where they were measured, and a drawing of accuracy against cost", () => {
  const machine = "2 processors, Some CPU";
  const candidate = (name: string, multiplyAdds: number | undefined, where = machine) => ({
    name,
    probe: { accuracy: 0.9, interval: [0.88, 0.92], balancedAccuracy: 0.9 } as const,
    logMe: 0.3,
    hScore: 2,
    neighbours: 0.8,
    cost: {
      ...(multiplyAdds === undefined ? {} : { multiplyAdds, weightBytes: 13_490_000, passBytes: 91e6 }),
      speed: { viewsPerSecond: 61.4, batches: 5, machine: where },
    },
  });
  const shown = (candidates: NonNullable<ReportData["bases"]>["candidates"]) =>
    parse(renderReport({ ...sampleReport(), bases: { candidates, chosen: "large", reason: "large: more" } }));
  const page = shown([candidate("large", 1.81e9), candidate("small", 384e6), candidate("mobile", undefined)]);
  const said = text(page, "#base");
  assert.match(said, /Images\/s of the frozen base were measured in the run, on 2 processors, Some CPU\./);
  assert.match(said, /large.*1\.8.G.*61.*13.MB.*91.MB.*small.*384.M.*mobile.*–.*61/s);
  assert.doesNotMatch(said, /ms per view/);
  assert.match(
    text(page, "#bases-by-cost-desc"),
    /^large: 90\.0.% \(88\.0.% to 92\.0.%\) at 1\.8.G; small: 90\.0.% \(88\.0.% to 92\.0.%\) at 384.M\.$/,
  );
  const apart = shown([candidate("large", 1.81e9), candidate("small", 384e6, "a GPU")]);
  assert.match(text(apart, "#base"), /not to be compared: large on 2 processors, Some CPU; small on a GPU\./);
  const alone = shown([candidate("large", 1.81e9), candidate("mobile", undefined)]);
  assert.equal(all(alone, "#bases-by-cost-desc").length, 0);
  assert.equal(all(alone, "#base figure").length, 0);
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
