/** What a person decides by is read in whole, in a terminal of 80 columns too. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { approvalsText } from "../../../../cli/render/models/approvals.js";
import { APPROVAL } from "../../../support/models/approvals.js";
import { plainScreen } from "../screens.js";

const SENTENCE =
  "better: 93.1 % and 90.2 % on 400 images, difference +2.9 (0.8 to 5.1) points; but its figures may be void: The border colour alone tells the classes";

test("what speaks for a version and against it stands below it, uncut", () => {
  const asked = (version: number) => ({
    ...APPROVAL,
    request: { ...APPROVAL.request, version, sentence: SENTENCE },
  });
  const text = approvalsText([asked(2), asked(3)], plainScreen());
  const lines = text.split("\n");
  assert.ok(
    lines.every((line) => line.length <= 80),
    text,
  );
  assert.deepEqual(
    lines.slice(1, 7).map((line) => line.slice(0, 8)),
    ["digits@2", "  better", "  but it", "digits@3", "  better", "  but it"],
  );
  const said = lines.slice(2, 4).map((line) => line.trim());
  assert.equal(said.join(" "), SENTENCE);
});
