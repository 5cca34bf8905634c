/** The log of an alias: promotion, roll-back, races, and what an earlier thaw wrote. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { modelHistoryJson, movedAliasJson } from "../../../../cli/json/models.js";
import { historyText } from "../../../../cli/render/models/history.js";
import { dropAlias, modelHistory, promote, rollback } from "../../../../client/models/aliases.js";
import { inUseBeside } from "../../../../client/models/inUse.js";
import type { ThawError } from "../../../../spec/errors.js";
import { type AliasDecision, rollbackTarget } from "../../../../spec/records/aliasDecision.js";
import { movedAliasSchema } from "../../../../spec/schemas/cli/models.js";
import type { Store } from "../../../../store/connection/connection.js";
import { putJson } from "../../../../store/json.js";
import { aliasHistory, decideAlias, newestDecision, readAlias } from "../../../../store/records/aliases.js";
import { registerModel, writeRun } from "../../../../store/records/records.js";
import { SCANS } from "../../../support/models/modelVersions.js";
import { memoryStore } from "../../../support/services/memoryStore.js";
import { RESULT } from "../../cli/runViews.js";
import { plainScreen } from "../../cli/screens.js";

async function withVersions(count = 3): Promise<{ store: Store; objects: Map<string, Buffer> }> {
  const { store, objects } = memoryStore();
  const { version: _version, ...model } = SCANS;
  for (let version = 1; version <= count; version++)
    await registerModel(store, { ...model, weights: { ...model.weights, digest: `${version}`.repeat(64) } });
  return { store, objects };
}

const versionsOf = async (store: Store): Promise<(number | null)[]> =>
  (await aliasHistory(store, "scans", "champion")).map(({ version }) => version);

const MANUAL = { at: "2026-01-01", by: "ann", how: "manual" } as const;

test("a promotion is an entry of its own, with what it meant before, and says who and why", async () => {
  const { store, objects } = await withVersions();
  await promote(store, "scans@1");
  const { decision, added } = await promote(store, "scans@2", "champion", { note: "fewer misses" });
  assert.equal(added, true);
  assert.deepEqual([decision.seq, decision.version, decision.before], [2, 2, 1]);
  assert.deepEqual([decision.how, decision.note], ["manual", "fewer misses"]);
  assert.match(decision.by, /.@./);
  assert.deepEqual(
    [...objects.keys()].filter((name) => name.includes("aliases")),
    ["models/scans/aliases/champion/000001.json", "models/scans/aliases/champion/000002.json"],
  );
});

test("whoever promotes a version hears what may void its figures, also where nothing is moved, and on the way back", async () => {
  const { store } = await withVersions(2);
  await promote(store, "scans@2");
  const leak = { code: "leaks", grade: "voids", sentence: "Half of it is known.", advice: "repair" } as const;
  const few = { code: "small-classes", grade: "note", sentence: "Few.", advice: "add some" } as const;
  await writeRun(store, { ...RESULT, runId: SCANS.runId, warnings: [leak, few] });
  for (const moved of [
    await promote(store, "scans@1"),
    await promote(store, "scans@1"),
    await rollback(store, "scans"),
  ]) {
    assert.deepEqual(moved.warnings, [leak]);
    assert.deepEqual(movedAliasSchema.parse(movedAliasJson(moved)).warnings, [leak]);
  }
  await writeRun(store, { ...RESULT, runId: SCANS.runId, warnings: [few] });
  assert.equal((await promote(store, "scans@1")).warnings, undefined);
});

test("a version that the alias means already is not promoted twice", async () => {
  const { store } = await withVersions();
  await promote(store, "scans@2");
  assert.equal((await promote(store, "scans@2")).added, false);
  assert.deepEqual(await versionsOf(store), [2]);
});

test("roll-backs go further back each time, and a later promotion is what they go back from", async () => {
  const { store } = await withVersions();
  for (const version of [1, 2, 3]) await promote(store, `scans@${version}`);
  assert.equal((await rollback(store, "scans")).decision.version, 2);
  assert.equal((await rollback(store, "scans")).decision.version, 1);
  await assert.rejects(rollback(store, "scans"), { code: "NOT_FOUND", message: /no other version before 1/ });
  await promote(store, "scans@3");
  assert.equal((await rollback(store, "scans")).decision.version, 1);
  assert.deepEqual(await versionsOf(store), [1, 2, 3, 2, 1, 3, 1]);
});

test("a roll-back to a version that is named takes any that there is", async () => {
  const { store } = await withVersions();
  await promote(store, "scans@1");
  const { decision } = await rollback(store, "scans", { to: 3, note: "as agreed" });
  assert.deepEqual([decision.version, decision.how, decision.note], [3, "rollback", "as agreed"]);
  await assert.rejects(rollback(store, "scans", { to: 9 }), { code: "NOT_FOUND" });
});

test("a removed alias has a history, and means nothing", async () => {
  const { store } = await withVersions();
  await promote(store, "scans@1");
  await dropAlias(store, "scans@champion");
  assert.equal(await readAlias(store, "scans", "champion"), undefined);
  await assert.rejects(dropAlias(store, "scans@champion"), { code: "NOT_FOUND" });
  const { aliases } = await modelHistory(store, "scans");
  assert.deepEqual(
    aliases[0]?.log.map(({ version, before }) => [version, before]),
    [
      [1, null],
      [null, 1],
    ],
  );
  await promote(store, "scans@2");
  await assert.rejects(rollback(store, "scans"), { code: "NOT_FOUND" });
});

test("a history says how deep its versions were trained, once each, where their records do", async () => {
  const { store } = await withVersions(1);
  const depth = {
    depth: "from-champion",
    rule: "drift",
    champion: 1,
    reason: "the new images differ",
  } as const;
  const { version: _version, ...model } = SCANS;
  await registerModel(store, { ...model, weights: { ...model.weights, digest: "b".repeat(64) }, depth });
  for (const version of [1, 2, 1, 2]) await promote(store, `scans@${version}`);
  await promote(store, "scans@2", "canary");
  const history = await modelHistory(store, "scans");
  assert.deepEqual(history.depths, [{ version: 2, ...depth }]);
  const text = historyText(modelHistoryJson(history), plainScreen());
  assert.match(text, /\n\nVersion 2 was trained on from the weights of version 1: the new images differ$/);
});

test("what an earlier thaw wrote is the log's first entry, and can be rolled back to", async () => {
  const { store } = await withVersions();
  await putJson(store, "models/scans/aliases/champion.json", { version: 1, since: "2025-01-01" });
  assert.equal((await readAlias(store, "scans", "champion"))?.version, 1);
  assert.equal((await promote(store, "scans@2")).decision.before, 1);
  assert.equal((await rollback(store, "scans")).decision.version, 1);
  assert.deepEqual(await versionsOf(store), [1, 2, 1]);
});

test("of promotions at the same moment one is made, and the others are told by whom", async () => {
  const { store } = await withVersions();
  const made = await Promise.allSettled(
    [1, 2, 3].map((version) =>
      decideAlias(store, "scans", "champion", { ...MANUAL, version, by: `person-${version}` }),
    ),
  );
  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 1);
  const [kept] = await versionsOf(store);
  for (const result of made) {
    if (result.status === "fulfilled") continue;
    assert.equal((result.reason as ThawError).code, "ALIAS_MOVED");
    assert.ok((result.reason as ThawError).message.includes(`person-${kept} (version ${kept}`));
  }
});

test("a decision upon an entry that is not the newest any more is refused", async () => {
  const { store } = await withVersions();
  await decideAlias(store, "scans", "champion", { ...MANUAL, version: 1 }, 0);
  await assert.rejects(decideAlias(store, "scans", "champion", { ...MANUAL, version: 2 }, 0), {
    code: "ALIAS_MOVED",
  });
  await decideAlias(store, "scans", "champion", { ...MANUAL, version: 2 }, 1);
  assert.deepEqual(await versionsOf(store), [1, 2]);
});

test("a decision that is repeated after its answer was lost adds nothing", async () => {
  const { store } = await withVersions();
  const first = await decideAlias(store, "scans", "champion", { ...MANUAL, version: 1 }, 0);
  assert.deepEqual(await decideAlias(store, "scans", "champion", { ...MANUAL, version: 1 }, 0), first);
  assert.deepEqual(await versionsOf(store), [1]);
});

test("over a damaged entry no version before is guessed", async () => {
  const { store, objects } = await withVersions();
  for (const version of [1, 2, 3]) await promote(store, `scans@${version}`);
  objects.set("models/scans/aliases/champion/000002.json", Buffer.from("{}"));
  await assert.rejects(rollback(store, "scans"), { code: "ARTIFACT_CORRUPT", hint: /--to VERSION/ });
  assert.equal((await rollback(store, "scans", { to: 2 })).decision.version, 2);
  const { damaged } = await modelHistory(store, "scans");
  assert.deepEqual(
    damaged.map(({ record }) => record),
    ["models/scans/aliases/champion/000002.json"],
  );
  assert.equal((await newestDecision(store, "scans", "champion"))?.version, 2);
});

test("models, aliases and notes that cannot be are refused", async () => {
  const { store } = await withVersions(1);
  await assert.rejects(promote(store, "scans@1", "3"), { code: "USAGE" });
  await assert.rejects(promote(store, "scans@1", "champion", { note: " " }), { code: "USAGE" });
  await assert.rejects(promote(store, "scans@1", "champion", { note: "x".repeat(1001) }), { code: "USAGE" });
  await assert.rejects(rollback(store, "scan"), { code: "NOT_FOUND", hint: /did you mean scans/ });
  await assert.rejects(rollback(store, "scans"), { code: "NOT_FOUND", hint: /thaw promote scans/ });
  await assert.rejects(modelHistory(store, "scans", "canary"), { code: "NOT_FOUND" });
  await assert.rejects(dropAlias(store, "scan@champion"), { code: "NOT_FOUND", hint: /did you mean scans/ });
});

test("where the newest version is taken because none was named, the one in use is told if it is another", async () => {
  const { store } = await withVersions();
  const newest = { name: "scans", version: 3 };
  assert.equal(await inUseBeside(store, "scans", newest), undefined, "none is in use");
  await promote(store, "scans@2");
  assert.equal(await inUseBeside(store, "scans", newest), 2);
  for (const ref of ["scans@3", "scans@champion", "scans-20261130-101010-abcd", "latest"])
    assert.equal(await inUseBeside(store, ref, newest), undefined, `${ref} names one`);
  await promote(store, "scans@3");
  assert.equal(await inUseBeside(store, "scans", newest), undefined, "it is the newest");
});

const entry = (version: number | null, how: AliasDecision["how"] = "manual"): AliasDecision => ({
  ...{ seq: 1, before: null, at: "", by: "", version, how },
});

test("a roll-back to a version that never was in use is gone back from like a promotion", () => {
  assert.equal(rollbackTarget([entry(1), entry(3, "rollback")]), 1);
  assert.equal(rollbackTarget([entry(1), entry(1)]), undefined);
  assert.equal(rollbackTarget([]), undefined);
});
