/** `thaw models`: lists registered models; `thaw models alias` names one of their versions. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged, tellUnsealed } from "../../damaged.js";
import { damagedJson } from "../../json/damaged.js";
import { modelHistoryJson, modelJson, modelsJson } from "../../json/models.js";
import { suggest } from "../../render/runs/advice.js";
import { projectStorePlatform } from "../../session.js";
import { say } from "../../terminal/shown.js";
import { tellDoubts, tellVoidMark } from "./doubts.js";
import { tellOthers } from "./tellOthers.js";

async function open(project: string | undefined) {
  const platform = await projectStorePlatform(project);
  const [{ openStoreOnly }, client] = await Promise.all([
    import("../../../client/session.js"),
    import("../../../client/models/list.js"),
  ]);
  return { store: openStoreOnly(platform), client };
}

export function addModels(program: Command): void {
  const command = program
    .command("models")
    .summary("list and name versions of models; what came of what")
    .description("list the registered models with their versions and aliases")
    .argument("[name]", "only this model")
    .action(async (name: string | undefined, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { modelsTable } = await import("../../render/models/models.js");
      const { store, client } = await open(project);
      const listed = await client.modelVersions(store, name);
      const document = modelsJson(listed);
      output.data(document, (shown, screen) => modelsTable(shown.models, screen));
      await tellVoidMark(
        output,
        document.models.map(({ warnings }) => warnings),
        "thaw get MODEL@VERSION",
      );
      tellDamaged(output, listed.damaged);
      tellUnsealed(
        output,
        listed.versions.map(({ model }) => model),
      );
      const [first] = document.models;
      const inUse = document.models.find(
        (one) => one.name === first?.name && one.aliases.includes("champion"),
      );
      if (first !== undefined)
        suggest(output, [
          inUse === undefined || inUse.version === first.version
            ? [`thaw predict ${first.name} FILE…`, "classify images with the newest version"]
            : [`thaw predict ${first.name}@champion FILE…`, "classify images with the version in use"],
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
        output.talk(say`There are no models yet: \`thaw run\` makes one.`);
    });
  withExamples(command, [
    ["thaw models", "all of them, the newest version first"],
    ["thaw models alias digits@3 champion", "`digits@champion` means version 3 from now on"],
    ["thaw models history digits", "what its aliases meant, since when, and who said so"],
    ["thaw run --set base=model:digits@champion", "start a run from it"],
  ]);
  addAlias(command);
  addUnalias(command);
  addHistory(command);
  addTicks(command);
}

function addAlias(models: Command): void {
  const command = models
    .command("alias")
    .description("point an alias at a version of a model; it may have pointed at another one before")
    .argument("<model>", "MODEL for its newest version, MODEL@VERSION, or a run that ended well")
    .argument("<alias>", "for example champion")
    .action(async (ref: string, alias: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { store, client } = await open(project);
      const { promote } = await import("../../../client/models/aliases.js");
      const moved = await promote(store, ref, alias);
      const { model, decision, added } = moved;
      const { versions } = await client.modelVersions(store, model);
      const listed = versions.find((version) => version.model.version === decision.version);
      const document = listed === undefined ? undefined : modelJson(listed);
      output.data(document, () => say`${model}@${alias} is version ${String(decision.version)}`);
      await tellDoubts(output, moved);
      if (added && decision.before !== null) output.talk(say`It was version ${decision.before} before.`);
      await tellOthers(project, output, moved);
    });
  withExamples(command, [
    ["thaw models alias digits champion", "the newest version"],
    ["thaw models alias digits@2 champion", "back to version 2"],
  ]);
}

function addUnalias(models: Command): void {
  const command = models
    .command("unalias")
    .description("remove an alias; the model version stays")
    .argument("<name>", "MODEL@ALIAS")
    .action(async (ref: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { store } = await open(project);
      const { dropAlias } = await import("../../../client/models/aliases.js");
      const removed = await dropAlias(store, ref);
      output.data(removed, (shown) => `${shown.model}@${shown.alias} is no more`);
    });
  withExamples(command, [["thaw models unalias digits@champion", "nothing is called champion any more"]]);
}

function addHistory(models: Command): void {
  const command = models
    .command("history")
    .description("show what a model's aliases meant, since when, who decided it, how and why")
    .argument("<name>", "a model")
    .option("--alias <name>", "only this one")
    .action(async (name: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<{ alias?: string }>(self);
      const { store } = await open(project);
      const [{ modelHistory }, { historyText }] = await Promise.all([
        import("../../../client/models/aliases.js"),
        import("../../render/models/history.js"),
      ]);
      const history = await modelHistory(store, name, options.alias);
      const document = modelHistoryJson(history);
      output.data(document, historyText);
      tellDamaged(output, history.damaged);
      if (document.aliases.length + history.damaged.length === 0)
        output.talk(
          say`Nothing was decided of ${name} yet: \`thaw promote ${name}\` makes its newest version the champion.`,
        );
    });
  withExamples(command, [
    ["thaw models history digits", "of all its aliases"],
    ["thaw models history digits --alias champion --json", "for programs"],
  ]);
}

const MOST_TICKS = 30;

function addTicks(models: Command): void {
  const command = models
    .command("ticks")
    .description("show what the looks of `thaw retrain` at a model's images came to, the newest first")
    .argument("<name>", "a model")
    .action(async (name: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { store } = await open(project);
      const [{ modelTicks }, { ticksTable }] = await Promise.all([
        import("../../../client/models/retrain.js"),
        import("../../render/models/ticks.js"),
      ]);
      const { ticks, damaged } = await modelTicks({ store }, name, MOST_TICKS);
      output.data({ ticks, ...damagedJson(damaged) }, (shown, screen) => ticksTable(shown.ticks, screen));
      tellDamaged(output, damaged);
      if (ticks.length + damaged.length === 0)
        output.talk(say`Nobody has looked yet: \`thaw retrain\` does.`);
    });
  withExamples(command, [
    ["thaw models ticks digits", "every look has a record, also where nothing was to do"],
  ]);
}
