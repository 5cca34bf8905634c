/** Schemas of reports: whatever a report may be, of any version, has the shape that is published. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportSchema } from "../../../spec/schemas/records/report.js";
import { VARIANTS } from "../report/variants.js";

for (const [name, data] of Object.entries(VARIANTS)) {
  test(`the report "${name}" has the published shape, and no key besides`, () => {
    const stored: unknown = JSON.parse(JSON.stringify(data));
    assert.deepEqual(reportSchema.parse(stored), stored);
  });
}
