/** The section on images that were new, of runs that a retraining started. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReport } from "../../../../report/render.js";
import { withDrift } from "../sampleDrift.js";
import { sampleReport } from "../sampleReport.js";
import { all, parse, text } from "./parsed.js";

test("it says what differs, in which classes, and shows the images that look newest", () => {
  const page = parse(renderReport(withDrift(sampleReport())));
  const section = text(page, "#new-images");
  assert.match(section, /images that pets@3 had not met/);
  assert.match(section, /The verdict: looks different: the pictures differ/);
  assert.match(section, /trained and evaluated with them among its images/);
  assert.match(section, /all new images are PNG/);
  assert.match(section, /45\.0\s%\sof the new images are predicted as .*, 10\.0\s%\sof the\s+held-out ones/);
  assert.doesNotMatch(section, /darker[\s\S]*darker/, "the first cause stands in the sentence");
  assert.equal(all(page, "#new-images img").length, 3);
  assert.match(section, /no picture/, "of one that is not in the data set any more");
  assert.match(section, /64\snew images compared with 120\sheld-out ones, of 70 that are new/);
  assert.equal(text(page, "nav").match(/New images/g)?.length, 1);
});

test("a run that no retraining started has no such section", () => {
  const html = renderReport(sampleReport());
  assert.doesNotMatch(html, /new-images|New images/);
});
