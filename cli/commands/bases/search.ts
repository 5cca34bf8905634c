/** `thaw bases search`: published checkpoints that thaw knows by name. Nothing is asked of any network. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { knownBasesJson } from "../../json/bases.js";
import { suggest } from "../../render/runs/advice.js";
import { say } from "../../terminal/shown.js";

export function addSearch(bases: Command): void {
  const command = bases
    .command("search")
    .description("list the published checkpoints that `thaw bases add` takes by name; asks no network")
    .argument("[words...]", "that must all occur in name, architecture, data or licence")
    .action(async (words: readonly string[], _options: object, self: Command) => {
      const { output } = contextOf<object>(self);
      const [{ searchKnownBases }, { knownTable }] = await Promise.all([
        import("../../../client/bases/known.js"),
        import("../../render/models/bases.js"),
      ]);
      const found = searchKnownBases(words);
      output.data(knownBasesJson(found), knownTable);
      const [first] = found;
      if (first === undefined) {
        output.talk(
          say`Nothing in the catalogue has ${words.join(" ")}; \`thaw bases search\` lists all of it.`,
        );
        return;
      }
      suggest(output, [[`thaw bases add ${first.name}`, "fetch and register one"]]);
    });
  withExamples(command, [
    ["thaw bases search", "all of them"],
    ["thaw bases search xray", "of chest radiographs"],
    ["thaw bases search timm resnet50 --json", "with addresses and digests"],
  ]);
}
