/** `thaw schema`: the run file's JSON schema, for editors; with `--all` those of outputs and records, too. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";

interface SchemaOptions {
  readonly all?: string;
}

export function addSchema(program: Command): void {
  const command = program
    .command("schema")
    .summary("print the JSON schema of run files")
    .description("print the JSON schema of run files, for editors and other programs")
    .option("--all <folder>", "write those of what commands print as JSON, and of the store's records, there")
    .action(async (_options: SchemaOptions, self: Command) => {
      const { output, options } = contextOf<SchemaOptions>(self);
      if (options.all !== undefined) {
        const { writeSchemas } = await import("../../../client/schemas/writeSchemas.js");
        const written = await writeSchemas(options.all);
        return output.data({ written }, (shown) => shown.written.join("\n"));
      }
      const { runFileJsonSchema } = await import("../../../client/runFile/jsonSchema.js");
      const schema = runFileJsonSchema();
      output.raw(schema, JSON.stringify(schema, null, 2));
    });
  withExamples(command, [
    [
      "thaw schema > thaw.schema.json",
      "then begin thaw.yaml with: # yaml-language-server: $schema=thaw.schema.json",
    ],
    ["thaw schema --all schemas", "the shapes of `--json` and of the store, a file each"],
  ]);
}
