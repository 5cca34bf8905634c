/** The schemas of the CLI's JSON and of the store's records as JSON Schema: the files of `docs/schemas/`. */
import { z } from "zod";
import { CLI_SCHEMAS, type CommandOutput } from "../../spec/schemas/cli/all.js";
import { STORE_SCHEMAS } from "../../spec/schemas/store/all.js";

/** Text by the file's path within the folder, `docs/schemas/cli/run.schema.json`. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const add = (name: string, description: string, schema: object): void => {
    const { $schema, ...rest } = { $schema: "http://json-schema.org/draft-07/schema#", ...schema };
    const id = `urn:thaw:${name.replaceAll("/", ":")}`;
    const text = JSON.stringify({ $schema, $id: id, description, ...rest }, null, 2);
    files.set(`${name}.schema.json`, `${text}\n`);
  };
  for (const [name, output] of Object.entries(CLI_SCHEMAS))
    add(`cli/${name}`, describe(output), anyOf(output.documents));
  for (const [name, { schema, where, what }] of Object.entries(STORE_SCHEMAS))
    add(`store/${name}`, `${what} ${where}`, jsonSchema(schema));
  return files;
}

function describe({ commands }: CommandOutput): string {
  if (commands.length === 0) return "What a command that fails writes to stderr under --json, on one line.";
  return `What ${commands.map((command) => `thaw ${command}`).join(", ")} writes to stdout under --json.`;
}

interface Case {
  readonly title: string;
  readonly definitions?: object;
}

/** The cases in which a command writes one document or another are the titles. */
function anyOf(documents: CommandOutput["documents"]): object {
  const cases = Object.entries(documents).map(
    ([title, schema]) => ({ title, ...jsonSchema(schema) }) as Case,
  );
  const [only, ...others] = cases;
  if (only !== undefined && others.length === 0) {
    const { title: _title, ...schema } = only;
    return schema;
  }
  // What a schema refers to is looked for at the top of the file.
  const definitions = Object.assign({}, ...cases.map((one) => one.definitions ?? {})) as object;
  const anyOf = cases.map(({ definitions: _above, ...one }) => one);
  return { anyOf, ...(Object.keys(definitions).length === 0 ? {} : { definitions }) };
}

/**
 * As input: objects may have more keys than are known, of this version or a later one.
 * What a JavaScript integer can hold is no limit that a reader wants to hear of.
 */
function jsonSchema(schema: z.ZodType): object {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-07",
    override: ({ jsonSchema: node }) => {
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
    },
  });
  return rest;
}
