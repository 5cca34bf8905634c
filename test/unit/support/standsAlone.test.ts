/** Which unit tests share a process, and how many: jobs.ts and standsAlone.ts of the runner. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { filledUp } from "../../support/run/jobs.js";
import { standsAlone } from "../../support/run/standsAlone.js";

/** Put together, so that this file shares its process. */
const [ENV, CHDIR] = ["env", "chdir"].map((name) => `process.${name}`);
const ALONE = {
  "a variable of its process": `  ${ENV}.THAW_CACHE = folder;`,
  "one that it has not": `  ${ENV}["A"] ??= "b";`,
  "one by its name": `  ${ENV}[name] = value;`,
  "several at once": `  Object.assign(${ENV}, variables);`,
  "one that goes": `  delete ${ENV}[name];`,
  "another folder": `${CHDIR}(folder);`,
};
for (const [what, source] of Object.entries(ALONE))
  test(`a file with ${what} has a process of its own`, () => assert.ok(standsAlone(source)));

const TOGETHER = {
  hooks:
    "before(start);\nbeforeEach(async () => {\n  folder = await make();\n});\nafter(() => rm(folder));\n",
  "an awaited module": 'const model = await load("x");\n',
  "a look at its environment": "const env = { ...process.env, A: process.env.HOME === undefined };\n",
};
for (const [what, source] of Object.entries(TOGETHER))
  test(`a file with ${what} shares its process`, () => assert.ok(!standsAlone(source)));

test("neighbours fill a process up to what it takes on, and one that takes more has it alone", () => {
  const unit = (name: string): string => `/x/dist/test/unit/${name}.test.js`;
  // By test/budgets.json; what it does not list takes half a second.
  const [long, small, other] = [unit("workflows/replay"), unit("a"), unit("b")];
  assert.deepEqual(filledUp([small, other], 1), [[small, other]]);
  assert.deepEqual(filledUp([small, other], 0.9), [[small], [other]]);
  assert.deepEqual(filledUp([small, long, other], 1), [[small], [long], [other]]);
  assert.deepEqual(filledUp([], 1), []);
});
