/** Promotion and roll-back by commands, against a real store: who is first, and what the history says. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { promote } from "../../../client/models/aliases.js";
import type { ThawError } from "../../../spec/errors.js";
import type { AliasDecision } from "../../../spec/records/aliasDecision.js";
import { putJson } from "../../../store/json.js";
import { readAlias } from "../../../store/records/aliases.js";
import { registerModel } from "../../../store/records/records.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { SCANS } from "../../support/models/modelVersions.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

const VERSIONS = 6;

let stack: Stack;
before(async () => {
  stack = await sharedServices();
  const { version: _version, ...model } = SCANS;
  for (let version = 1; version <= VERSIONS; version++) {
    const weights = { ...model.weights, digest: String(version).repeat(64) };
    await registerModel(stack.session.store, { ...model, weights });
  }
});
after(() => stack.close());

const ok = <T>(...args: string[]): Promise<T> => thawJson<T>(stack.folder, ...args);
const refusal = (...args: string[]): Promise<string> => thawRefusal(stack.folder, ...args);
const champion = async (): Promise<number | undefined> =>
  (await readAlias(stack.session.store, "scans", "champion"))?.version;

test("an alias of an earlier thaw is promoted on from, and rolled back to", async () => {
  const { store } = stack.session;
  await putJson(store, "models/scans/aliases/champion.json", { version: 1, since: "2025-01-01T00:00:00Z" });
  assert.equal(await champion(), 1);
  const { decision } = await ok<{ decision: AliasDecision }>("promote", "scans@2", "--note", "sharper");
  assert.deepEqual([decision.seq, decision.before, decision.note], [1, 1, "sharper"]);
  const { stdout } = await thaw(["rollback", "scans"], { cwd: stack.folder });
  assert.match(stdout, /scans@champion is version 1/);
  assert.equal(await champion(), 1);
});

test("of promotions at the same moment one is made at a time, and the history has no gap", async () => {
  const { store } = stack.session;
  const raced = await Promise.allSettled(
    [2, 3, 4, 5, 6].map((version) => promote(store, `scans@${version}`, "canary", { note: `by ${version}` })),
  );
  const made = raced.flatMap((one) => (one.status === "fulfilled" ? [one.value.decision] : []));
  for (const one of raced)
    if (one.status === "rejected") assert.equal((one.reason as ThawError).code, "ALIAS_MOVED");
  const { aliases } = await ok<{ aliases: { alias: string; log: AliasDecision[] }[] }>(
    ...["models", "history", "scans", "--alias", "canary"],
  );
  const log = aliases[0]?.log ?? [];
  assert.deepEqual(
    log,
    made.toSorted((a, b) => a.seq - b.seq),
  );
  assert.deepEqual(
    log.map(({ seq, before }) => [seq, before]),
    log.map((_, index) => [index + 1, log[index - 1]?.version ?? null]),
  );
});

test("the history is a table, the newest first, and refusals say what there is", async () => {
  const { stdout } = await thaw(["models", "history", "scans"], { cwd: stack.folder });
  const at = stdout.indexOf("scans@champion");
  assert.match(
    stdout.slice(at),
    /VERSION +BEFORE +SINCE +HOW +BY +NOTE\n1 +2 .*rollback.*\n2 +1 .*manual.*sharper/,
  );
  assert.match(await refusal("rollback", "scans", "--to", "9"), /no version 9 of model scans/);
  assert.match(await refusal("rollback", "scans", "--alias", "gone"), /never had/);
  assert.match(await refusal("models", "history", "scan"), /did you mean scans/);
  assert.match(await refusal("promote", "scans", "--alias", "latest"), /cannot be an alias/);
});
