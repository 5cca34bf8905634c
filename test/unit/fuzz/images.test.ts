/** A few hundred changed pictures; `node dist/test/fuzz/images.js` has thousands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runCampaign } from "../../fuzz/images/campaign.js";
import { caseOf } from "../../fuzz/images/cases.js";
import { drawnSeeds } from "../../fuzz/images/seeds.js";
import { kindOfReason } from "../../fuzz/images/verdict.js";

const CASES = 400;
/** To encode them takes a sixth of a second. */
const drawn = await drawnSeeds();

test("changed pictures of every kind are decoded or refused for a known reason, within bounds", async () => {
  const { cases, counts, failures } = await runCampaign({ seed: 3, cases: CASES });
  assert.deepEqual(failures, []);
  assert.equal(cases, CASES);
  const kinds = drawn.filter(({ isOther }) => isOther !== true);
  for (const { kind } of kinds) assert.ok((counts.get(kind)?.decoded ?? 0) > 0, `${kind} was never decoded`);
});

test("a case is a function of seed and index, and few are as they were", async () => {
  const [seeds, again] = [drawn, await drawnSeeds()];
  let same = 0;
  for (let index = 0; index < CASES; index += 2) {
    const { seed, bytes } = caseOf(seeds, 3, index);
    assert.deepEqual(caseOf(again, 3, index).bytes, bytes);
    if (index >= seeds.length && bytes.equals(seed.bytes)) same += 1;
  }
  assert.ok(same < CASES / 20, `${same} were left as they were`);
});

test("a refusal that nobody has written, or that is no sentence, counts as a failure", () => {
  assert.equal(kindOfReason("it is damaged or cut short (libpng read error)"), "damaged");
  assert.equal(kindOfReason("8 × 70000 pixels are too long a strip"), "size");
  assert.equal(kindOfReason("Cannot read properties of undefined"), undefined);
  assert.equal(kindOfReason("it is damaged or cut short (\u001b[31m)"), undefined);
  assert.equal(kindOfReason(`it is damaged or cut short (${"x".repeat(2000)})`), undefined);
});
