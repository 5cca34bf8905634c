/** `thaw schema`: the run file's JSON schema, for editors. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";

export function addSchema(program: Command): void {
  const command = program
    .command("schema")
    .description("print the JSON schema of run files, for editors and other programs")
    .action(async (_options: object, self: Command) => {
      const { output } = contextOf<object>(self);
      const { runFileJsonSchema } = await import("../../../client/runFile/jsonSchema.js");
      const schema = runFileJsonSchema();
      output.data(schema, () => JSON.stringify(schema, null, 2));
    });
  withExamples(command, [
    [
      "thaw schema > thaw.schema.json",
      "then begin thaw.yaml with: # yaml-language-server: $schema=thaw.schema.json",
    ],
  ]);
}
