/** The run file's schema as JSON Schema: for editors, for messages about wrong files and for `thaw init`. */
import { z } from "zod";
import { runFileSchema } from "../../spec/runFile/runFile.js";

type JsonType = "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";

/** The part of JSON Schema (draft 7) that the run file's schema uses. */
export interface SchemaNode {
  readonly type?: JsonType | readonly JsonType[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly pattern?: string;
  /** Values; those of a list are lists. */
  readonly examples?: readonly (string | readonly string[])[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly maxItems?: number;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** The names and values of an object whose keys are no section's. */
  readonly propertyNames?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
}

const SCHEMA = makeSchema();

/**
 * Draft 7, because that is what YAML language servers understand in full. Describes the file as a person
 * writes it: keys with a default are optional. The conditions between keys are not in it.
 */
export function runFileJsonSchema(): SchemaNode {
  return SCHEMA;
}

function makeSchema(): SchemaNode {
  const { $schema, ...schema } = z.toJSONSchema(runFileSchema, {
    io: "input",
    target: "draft-07",
    override: ({ jsonSchema }) => {
      // What a JavaScript integer can hold is no limit that a reader wants to hear of.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // A section's default is the defaults of its keys.
      if (jsonSchema.properties !== undefined) delete jsonSchema.default;
    },
  });
  return {
    $schema,
    $id: "urn:thaw:run-file",
    title: "thaw run file",
    description: "Transfer learning from a folder of labelled images, for `thaw run`.",
    ...schema,
  } as SchemaNode;
}

/** The text of `docs/thaw.schema.json`. */
export function runFileJsonSchemaText(): string {
  return `${JSON.stringify(runFileJsonSchema(), null, 2)}\n`;
}

/** The node that describes a path of keys and list positions, or undefined for an unknown one. */
export function schemaAt(path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = runFileJsonSchema();
  for (const step of path) {
    // Of a section that may be null, the section.
    const meant: SchemaNode = node.anyOf?.find(({ type }) => type === "object") ?? node;
    const { properties, items, propertyNames, additionalProperties } = meant;
    if (typeof step === "number") node = items ?? node.anyOf?.find(({ type }) => type === "array")?.items;
    else if (properties !== undefined && Object.hasOwn(properties, step)) node = properties[String(step)];
    else if (
      typeof additionalProperties === "object" &&
      (propertyNames?.enum?.includes(String(step)) ?? true)
    )
      node = additionalProperties;
    else node = undefined;
    if (node === undefined) return undefined;
  }
  return node;
}
