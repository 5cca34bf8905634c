/** Showing a report in the browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openInBrowser } from "../../../cli/commands/runs/openInBrowser.js";

test("it says whether something could be started that opens the file", async () => {
  assert.equal(await openInBrowser("report.html", "true"), true);
  assert.equal(await openInBrowser("report.html", "thaw-no-such-program"), false);
});
