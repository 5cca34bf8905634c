import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { registerByHand } from "../../../client/temporal/searchAttributes.js";
import { attributePairs } from "../../../spec/pipeline/attributePairs.js";
import {
  knownValues,
  SEARCH_ATTRIBUTE_TABLE,
  SEARCH_ATTRIBUTES,
} from "../../../spec/pipeline/searchAttributes.js";

const ROWS = Object.values(SEARCH_ATTRIBUTE_TABLE);

test("servers on SQL have places for all of them: ten keywords, three numbers of a kind", () => {
  const count = (type: string): number => ROWS.filter((row) => row.type === type).length;
  assert.ok(count("Keyword") <= 10 && count("Int") <= 3 && count("Double") <= 3);
  assert.equal(new Set(ROWS.map(({ name }) => name)).size, ROWS.length);
  assert.ok(ROWS.every(({ name }) => /^Thaw[A-Z]/.test(name)));
});

test("only what the server knows is written", () => {
  const values = { model: "m", state: "running", version: 3, best: 0.5 } as const;
  assert.deepEqual(knownValues(values, ["ThawVersion", "ThawState"]), [
    { name: "ThawVersion", type: "Int", value: 3 },
    { name: "ThawState", type: "Keyword", value: "running" },
  ]);
  assert.deepEqual(knownValues(values, []), []);
});

test("where nobody said what the server knows, it is the three that there were first", () => {
  const values = { model: "m", stage: "head", accuracy: 0.5, state: "running", lineage: "r" } as const;
  assert.deepEqual(
    knownValues(values).map(({ name }) => name),
    ["ThawModel", "ThawStage", "ThawTestAccuracy"],
  );
});

test("a keyword is never longer than servers on SQL take, and no character is cut in two", () => {
  const [{ value = "" } = {}] = knownValues({ base: "🐈".repeat(200) }, [SEARCH_ATTRIBUTES.base]);
  assert.ok(Buffer.byteLength(String(value)) <= 255);
  assert.doesNotMatch(String(value), /\p{Cs}/u);
  const digest = "a".repeat(64);
  assert.equal(
    knownValues({ dataset: digest }, [SEARCH_ATTRIBUTES.dataset])[0]?.value,
    digest,
    "digests stay whole",
  );
});

test("workflows are started with typed pairs", () => {
  assert.deepEqual(attributePairs({ model: "m", version: 2 }, ["ThawModel", "ThawVersion"]), [
    { key: { name: "ThawModel", type: "KEYWORD" }, value: "m" },
    { key: { name: "ThawVersion", type: "INT" }, value: 2 },
  ]);
});

test("the documented command registers all of them, one that is asked for only what is missing", async () => {
  assert.ok((await readFile(join("docs", "setup.md"), "utf8")).includes(registerByHand()));
  assert.equal(
    registerByHand(["ThawBestAccuracy"]),
    "temporal operator search-attribute create --name ThawBestAccuracy --type Double",
  );
});
