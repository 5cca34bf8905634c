/** `thaw models`: lists registered models; `thaw models alias` names one of their versions. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged, tellUnsealed } from "../../damaged.js";
import { modelJson, modelsJson } from "../../json/models.js";
import { suggest } from "../../render/runs/advice.js";
import { projectPlatform } from "../../session.js";

async function open(project: string | undefined) {
  const platform = await projectPlatform(project);
  const [{ openStoreOnly }, client] = await Promise.all([
    import("../../../client/session.js"),
    import("../../../client/models/list.js"),
  ]);
  return { store: openStoreOnly(platform), client };
}

export function addModels(program: Command): void {
  const command = program
    .command("models")
    .summary("list the registered models, and name their versions")
    .description("list the registered models with their versions and aliases")
    .argument("[name]", "only this model")
    .action(async (name: string | undefined, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { modelsTable } = await import("../../render/models/models.js");
      const { store, client } = await open(project);
      const listed = await client.modelVersions(store, name);
      const document = modelsJson(listed);
      output.data(document, (screen) => modelsTable(document.models, screen));
      tellDamaged(output, listed.damaged);
      tellUnsealed(
        output,
        listed.versions.map(({ model }) => model),
      );
      const [first] = document.models;
      if (first !== undefined)
        suggest(output, [
          [`thaw predict ${first.name} FILE…`, "classify images with the newest version"],
          ...(first.version > 1
            ? [
                [
                  `thaw compare ${first.name}@${first.version - 1} ${first.name}`,
                  "is it better than before?",
                ] as const,
              ]
            : []),
        ]);
      if (document.models.length + listed.damaged.length === 0)
        output.talk("There are no models yet: `thaw run` makes one.");
    });
  withExamples(command, [
    ["thaw models", "all of them, the newest version first"],
    ["thaw models alias digits@3 champion", "`digits@champion` means version 3 from now on"],
    ["thaw run --set base=model:digits@champion", "start a run from it"],
  ]);
  addAlias(command);
  addUnalias(command);
}

function addAlias(models: Command): void {
  const command = models
    .command("alias")
    .description("point an alias at a version; it may have pointed at another one before")
    .argument("<model>", "MODEL for its newest version, MODEL@VERSION, or a run that ended well")
    .argument("<alias>", "for example champion")
    .action(async (ref: string, alias: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { store, client } = await open(project);
      const { model, before } = await client.setAlias(store, ref, alias);
      const { versions } = await client.modelVersions(store, model.name);
      const listed = versions.find((version) => version.model.version === model.version);
      const document = listed === undefined ? undefined : modelJson(listed);
      output.data(document, () => `${model.name}@${alias} is version ${model.version}`);
      if (before !== undefined && before !== model.version) output.talk(`It was version ${before} before.`);
    });
  withExamples(command, [
    ["thaw models alias digits champion", "the newest version"],
    ["thaw models alias digits@2 champion", "back to version 2"],
  ]);
}

function addUnalias(models: Command): void {
  const command = models
    .command("unalias")
    .description("remove an alias; the version stays")
    .argument("<name>", "MODEL@ALIAS")
    .action(async (ref: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { store, client } = await open(project);
      const removed = await client.dropAlias(store, ref);
      output.data(removed, () => `${removed.model}@${removed.alias} is no more`);
    });
  withExamples(command, [["thaw models unalias digits@champion", "nothing is called champion any more"]]);
}
