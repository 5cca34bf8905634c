/** `thaw plan`: says which stages of a run would be computed and which are in the store. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { forewarned, planJson } from "../../json/plan.js";
import { suggest } from "../../render/runs/advice.js";
import { openProjectStore, projectStorePlatform } from "../../session.js";
import { settledBases } from "../../starting/bases.js";
import { say } from "../../terminal/shown.js";
import {
  collect,
  DEFAULT_RUN_FILE,
  OUTSIDE_HELP,
  overridesOf,
  SET_HELP,
  typedAgain,
} from "./runFileOptions.js";

interface PlanOptions {
  readonly set?: readonly string[];
  readonly allowOutside?: boolean;
}

export function addPlan(program: Command): void {
  const command = program
    .command("plan")
    .summary("tell what a run would compute, reuse and take, and why")
    .description("tell which stages `thaw run` would compute, which it would reuse, and why")
    .argument("[file]", "the run file", DEFAULT_RUN_FILE)
    .option("-s, --set <key=value>", SET_HELP, collect)
    .option("--allow-outside", OUTSIDE_HELP)
    .action(async (path: string, _options: PlanOptions, self: Command) => {
      const { output, project, options } = contextOf<PlanOptions>(self);
      const { planText } = await import("../../render/runs/plan.js");
      const { loadRunFile } = await import("../../../client/runFile/load.js");
      const openStore = () => openProjectStore(project);
      const given = await loadRunFile(path, overridesOf(options), openStore);
      for (const warning of given.warnings) output.talk(say`Warning: ${warning}.`);
      const platform = await projectStorePlatform(project);
      const [{ openStoreOnly }, { planRun }, { refuseUnfit }, { timeOfPlan }, { engineFingerprint }] =
        await Promise.all([
          import("../../../client/session.js"),
          import("../../../client/plan/plan.js"),
          import("../../../client/plan/readable.js"),
          import("../../../client/forecast/planned.js"),
          import("../../../runtime/components/tensorflow/engineFingerprint.js"),
        ]);
      const context = { store: openStoreOnly(platform), platform };
      const { file, dataPath, listed, auto, precise } = await settledBases(context, given, output);
      const source = { dataPath, listed };
      // Where people look first: before the table.
      const { baseConcerns } = await import("../../../client/bases/concerns.js");
      const concerns = await baseConcerns(context.store, file);
      for (const sentence of concerns) output.talk(say`${sentence}`);
      const warnings = [...given.warnings, ...concerns];
      const stages = await planRun(context, file, source, engineFingerprint());
      await refuseUnfit(context.store, file, source, stages);
      const time = await timeOfPlan(context.store, file, source, stages);
      const { plannedActivations } = await import("../../../client/forecast/activations.js");
      const activations = await plannedActivations(
        context.store,
        platform.workFolder,
        precise.file,
        source,
        stages,
      );
      const { plannedImageShards, plannedShards } = await import("../../../client/forecast/shards.js");
      const shards = await plannedShards(context.store, file, source, stages);
      const imageShards = await plannedImageShards(context.store, file, source, stages);
      const forecasts = { time, activations, shards, imageShards };
      output.data(
        {
          ...planJson(file.name, stages, forecasts, { bases: auto, precision: precise.auto }),
          ...forewarned(warnings),
        },
        (shown, screen) => planText(file.name, shown.stages, screen, shown.forecasts),
        { stages, forecasts },
      );
      const { depth } = file.model;
      if (depth !== "full")
        output.talk(
          say`\`thaw run\` trains in full; how deep \`thaw retrain\` does (model.depth: ${depth}) its look at the images says.`,
        );
      suggest(output, [[`thaw run${typedAgain(path, options)}`, "do it"]]);
    });
  withExamples(command, [
    ["thaw plan", "what `thaw run` would do now"],
    ["thaw plan --set unfreeze.epochs=12", "what it would do with another value"],
  ]);
}
