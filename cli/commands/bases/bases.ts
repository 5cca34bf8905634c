/** `thaw bases`: lists the networks that runs can start from; `add` registers one of one's own, `remove` drops it. */
import type { Command } from "commander";
import type { ListedBases } from "../../../client/bases/registry.js";
import { ThawError } from "../../../spec/errors.js";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged, tellUnsealed } from "../../damaged.js";
import { basesJson } from "../../json/bases.js";
import type { Output } from "../../output.js";
import { suggest } from "../../render/runs/advice.js";
import { projectStorePlatform } from "../../session.js";
import { say } from "../../terminal/shown.js";
import { addAdd } from "./add.js";
import { addRemove } from "./remove.js";
import { addSearch } from "./search.js";

export function addBases(program: Command): void {
  const command = program
    .command("bases")
    .summary("list pretrained networks; search, add, remove them")
    .description("list the pretrained networks that a run can start from; find, add and remove others")
    .action(async (_options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { basesTable } = await import("../../render/models/bases.js");
      const { architecturesWithoutWeights, catalogueBases } = await import(
        "../../../client/bases/registry.js"
      );
      const { bases, damaged, leftOut } = await registered(project, output);
      const listed = basesJson(catalogueBases(), bases, architecturesWithoutWeights(), damaged);
      const document = { ...listed, ...(leftOut === undefined ? {} : { leftOut }) };
      output.data(document, basesTable);
      suggest(output, [["thaw run --set base=NAME", "start from another one"]]);
      tellDamaged(output, damaged);
      tellUnsealed(output, bases);
    });
  withExamples(command, [
    ["thaw bases", "those of thaw and those that were added"],
    ["thaw bases --json", "with source, preprocessing and who measured TOP-1"],
    ["thaw bases search xray", "published ones that thaw can fetch by name"],
    ["thaw bases add torchvision/resnet50", "one of those"],
    ["thaw bases add xray.pth --name xray --arch efficientnet-lite0", "your own"],
    ["thaw bases remove xray", "and off the list again"],
  ]);
  addSearch(command);
  addAdd(command);
  addRemove(command);
}

/** Without services there are none to list. */
async function registered(
  project: string | undefined,
  output: Output,
): Promise<ListedBases & { readonly leftOut?: string }> {
  try {
    const platform = await projectStorePlatform(project);
    const [{ openStoreOnly }, { registeredBases }] = await Promise.all([
      import("../../../client/session.js"),
      import("../../../client/bases/registry.js"),
    ]);
    return await registeredBases(openStoreOnly(platform));
  } catch (error) {
    if (!(error instanceof ThawError) || error.exitCode !== 4) throw error;
    output.talk(say`Bases that were added are left out: ${error.message}`);
    return { bases: [], damaged: [], leftOut: error.message };
  }
}
