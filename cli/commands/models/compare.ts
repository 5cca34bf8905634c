/** `thaw compare`: two runs or models side by side. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import type { CompareJson } from "../../json/models.js";
import { suggest } from "../../render/runs/advice.js";
import { openProjectStore } from "../../session.js";

const REF =
  "MODEL, MODEL@VERSION, MODEL@ALIAS, or a run that ended well: its id, a unique beginning, `latest`";

export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .summary("hold two runs or models side by side; what changed")
    .description(
      "show the figures of two runs or models side by side, and test them on the images both held out; `thaw diff` says what changed from one to the other",
    )
    .argument("<a>", REF)
    .argument("<b>", "likewise")
    .action(async (a: string, b: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const [store, { compare }, { comparedText }] = await Promise.all([
        openProjectStore(project),
        import("../../../client/models/compare.js"),
        import("../../render/models/compared.js"),
      ]);
      const document: CompareJson = await compare(store, [a, b]);
      output.data(document, comparedText);
      const { a: one, b: other } = document;
      suggest(output, [
        [`thaw report ${one.runId} --open`, "where A errs"],
        [`thaw report ${other.runId} --open`, "and B"],
      ]);
    });
  withExamples(command, [
    ["thaw compare digits@1 digits@2", "two versions of a model"],
    ["thaw compare digits latest", "the model against the run that was started last"],
    ["thaw compare digits@1 digits@2 --json | jq .paired.pValue", "for programs"],
  ]);
}
