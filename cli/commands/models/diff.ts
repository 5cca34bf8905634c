/** `thaw diff`: what changed between two runs or models. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import type { DiffJson } from "../../json/models.js";
import { suggest } from "../../render/runs/advice.js";
import { openProjectStore } from "../../session.js";

export function addDiff(program: Command): void {
  const command = program
    .command("diff")
    .summary("what changed from one run or model to another")
    .description(
      "show what changed from A to B: images (by content), values of the run file, base, weights and time, recalls class by class on the images that both held out, warnings; `thaw compare` has their figures side by side",
    )
    .argument("<a>", "MODEL, MODEL@VERSION, MODEL@ALIAS, or a run that ended well")
    .argument("<b>", "likewise: the later one")
    .action(async (a: string, b: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const [store, { diff }, { diffText }] = await Promise.all([
        openProjectStore(project),
        import("../../../client/models/diff/diff.js"),
        import("../../render/models/diff.js"),
      ]);
      const document: DiffJson = await diff(store, [a, b]);
      output.data(document, diffText);
      const [one, other] = [document.a, document.b].map(({ model, version }) => `${model}@${version}`);
      suggest(output, [
        [`thaw compare ${one} ${other}`, "all their figures"],
        [`thaw lineage ${other}`, "what B was made of"],
      ]);
    });
  withExamples(command, [
    ["thaw diff digits@champion digits", "the newest version against the one in use"],
    ["thaw diff digits@1 latest", "a version against the run that was started last"],
    ["thaw diff digits@1 digits@2 --json | jq .data.added.count", "for programs"],
  ]);
}
