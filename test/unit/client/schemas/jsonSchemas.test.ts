/** The published schemas of outputs and records. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createProgram } from "../../../../cli/program.js";
import { schemaFiles } from "../../../../client/schemas/jsonSchemas.js";
import { writeSchemas } from "../../../../client/schemas/writeSchemas.js";
import { CLI_SCHEMAS } from "../../../../spec/schemas/cli/all.js";
import { checkDocuments, checkErrors } from "../../../support/cli/documents.js";

const FOLDER = join("docs", "schemas");
const REMEDY =
  "a change of a shape is a change of public API, or of what older versions have stored; if it is meant: " +
  "node dist/cli/main.js schema --all docs/schemas";

test("docs/schemas has the schemas of the code, and no others", () => {
  const files = schemaFiles();
  const committed = ["cli", "store"].flatMap((folder) =>
    readdirSync(join(FOLDER, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json"))
      .map((name) => `${folder}/${name}`),
  );
  assert.deepEqual(committed.sort(), [...files.keys()].sort(), REMEDY);
  for (const [name, text] of files) assert.equal(readFileSync(join(FOLDER, name), "utf8"), text, REMEDY);
});

test("they are written to a folder that need not exist; where that cannot be, it is said", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-schemas-"));
  t.after(() => rm(folder, { recursive: true }));
  const written = await writeSchemas(join(folder, "new"));
  assert.deepEqual(
    written,
    [...schemaFiles().keys()].map((name) => join(folder, "new", name)),
  );
  await assert.rejects(writeSchemas(join(written[0] ?? "", "x")), { code: "USAGE" });
});

test("a document with a key that no schema has, or without one that it has to have, is noticed", () => {
  checkDocuments("pin", '{"runId": "r", "pinned": true}');
  checkDocuments("unpin", '{"runId": "r", "pinned": true}\n{"runId": "s", "pinned": false}\n');
  for (const document of ['{"runId": "r", "pinned": true, "since": ""}', '{"runId": "r"}', "[]"])
    assert.throws(() => checkDocuments("pin", document), /what thaw pin printed differs from its schema/);
  checkErrors('{"error": {"code": "USAGE", "message": "m", "exitCode": 2}}\nmore');
  assert.throws(() => checkErrors('{"error": {"code": "USAGE", "message": "m"}}'), /exitCode/);
});

test("what every command prints as JSON has a schema", () => {
  const described = Object.values(CLI_SCHEMAS).flatMap(({ commands }) => commands);
  // `thaw schema` prints a schema.
  const known = [...described, "schema"].sort();
  const commands = createProgram()
    .commands.map((command) => command.name())
    .filter((name) => name !== "help");
  assert.deepEqual(commands.sort(), known);
});
