/** The published schema of run files. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  runFileJsonSchema,
  runFileJsonSchemaText,
  type SchemaNode,
  schemaAt,
} from "../../../../client/runFile/jsonSchema.js";
import { CATALOGUE } from "../../../../learn/bases/catalogue.js";

const REMEDY =
  "a change of the run file is a change of public API; if it is meant: thaw schema > docs/thaw.schema.json";

test("docs/thaw.schema.json is the schema of the code", () => {
  const committed = readFileSync(join(process.cwd(), "docs", "thaw.schema.json"), "utf8");
  assert.equal(committed, runFileJsonSchemaText(), REMEDY);
});

test("every key says what it means, and all but those that depend on the run have a default", () => {
  const without: string[] = [];
  const check = (node: SchemaNode, path: string): void => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      assert.ok((child.description ?? "").length > 10, `${path}${key} has no description`);
      if (child.type === "object") check(child, `${path}${key}.`);
      // The defaults of a pod may be the installation's.
      else if (child.default === undefined && !path.startsWith("kubernetes.")) without.push(`${path}${key}`);
    }
  };
  check(runFileJsonSchema(), "");
  const ofTheKind = ["flip", "crop", "rotate", "colour", "erase"].map((key) => `augment.${key}`);
  assert.deepEqual(without, ["name", "data.path", "data.folders", ...ofTheKind, "unfreeze.stages"]);
});

test("every number has bounds: 1e9 is a slip of the keyboard, and would be taken at its word", () => {
  const open: string[] = [];
  const check = (node: SchemaNode, path: string): void => {
    const isNumber = [node.type].flat().some((type) => type === "integer" || type === "number");
    const most = node.maximum ?? node.exclusiveMaximum;
    if (isNumber && (most === undefined || most === Number.MAX_SAFE_INTEGER)) open.push(path);
    for (const [key, child] of Object.entries(node.properties ?? {})) check(child, `${path}.${key}`);
    for (const child of [node.items, node.additionalProperties, ...(node.anyOf ?? [])])
      if (typeof child === "object") check(child, path);
  };
  check(runFileJsonSchema(), "");
  assert.deepEqual(open, []);
});

test("a path leads to its node, an unknown one to nothing", () => {
  assert.equal(schemaAt(["head", "epochs"])?.type, "integer");
  assert.equal(schemaAt(["kubernetes", "node_selector", "zone"])?.type, "string");
  const evaluate = ["kubernetes", "stages", "evaluate"];
  assert.equal(schemaAt([...evaluate, "resources", "gpu"])?.type, "integer");
  assert.deepEqual(schemaAt([...evaluate, "node_selector", "zone"])?.type, ["string", "null"]);
  assert.equal(schemaAt(["kubernetes", "stages", "register"]), undefined);
  assert.deepEqual(schemaAt(["unfreeze", "stages", 1])?.enum?.slice(0, 2), ["top", "blocks.6"]);
  for (const path of [["hed"], ["head", "epochs", "x"], ["toString"], ["head", "constructor"], ["name", 0]]) {
    assert.equal(schemaAt(path), undefined, path.join("."));
  }
});

test("the bases of the run file are those of the catalogue", () => {
  const examples = (schemaAt(["base"])?.examples ?? []).flat();
  assert.deepEqual(
    examples.filter((name) => !name.startsWith("model:")),
    CATALOGUE.map(({ name }) => name),
  );
  for (const name of examples) assert.match(name, new RegExp(schemaAt(["base"])?.pattern ?? "^$"));
});
