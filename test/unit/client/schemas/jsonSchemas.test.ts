/** The published schemas of outputs and records. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createProgram } from "../../../../cli/program.js";
import { schemaFiles } from "../../../../client/schemas/jsonSchemas.js";
import { CLI_SCHEMAS } from "../../../../spec/schemas/cli/all.js";

const FOLDER = join("docs", "schemas");
const REMEDY =
  "a change of a shape is a change of public API, or of what older versions have stored; if it is meant: " +
  "node dist/cli/main.js schema --all docs/schemas";

test("docs/schemas has the schemas of the code, and no others", () => {
  const files = schemaFiles();
  const committed = ["cli", "store"].flatMap((folder) =>
    readdirSync(join(FOLDER, folder)).map((name) => `${folder}/${name}`),
  );
  assert.deepEqual(committed.sort(), [...files.keys()].sort(), REMEDY);
  for (const [name, text] of files) assert.equal(readFileSync(join(FOLDER, name), "utf8"), text, REMEDY);
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
