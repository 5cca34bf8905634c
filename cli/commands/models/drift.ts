/** `thaw drift`: do new images look like those that a model was evaluated on? */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { showProgress } from "../../progressLine.js";
import { suggest } from "../../render/runs/advice.js";
import { projectStorePlatform } from "../../session.js";
import { Interrupted, interruptible } from "../../signals.js";
import { shellWord } from "../../terminal/shellWord.js";
import { OUTSIDE_HELP } from "../runs/runFileOptions.js";
import { tellInUse } from "./tellInUse.js";

export function addDrift(program: Command): void {
  const command = program
    .command("drift")
    .summary("do new images look like those the model knows?")
    .description(
      "hold new images, without labels, against those that a model was evaluated on: whether they differ, in what, and what accuracy is to be expected",
    )
    .argument("<model>", "MODEL for its newest version, MODEL@VERSION, or a run that ended well")
    .argument("<images>", "a folder of images, or s3://BUCKET/PREFIX")
    .option("--allow-outside", OUTSIDE_HELP)
    .action(async (model: string, where: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<{ allowOutside?: true }>(self);
      const platform = await projectStorePlatform(project);
      const [{ openStoreOnly }, { drift }, { baseCheckpoint }, { provision }, { driftText }] =
        await Promise.all([
          import("../../../client/session.js"),
          import("../../../client/models/drift.js"),
          import("../../../runtime/components/download/baseCheckpoint.js"),
          import("../../provision.js"),
          import("../../render/models/drift.js"),
        ]);
      await provision(["tfjs-binding"], output);
      const progress = await showProgress(output);
      await interruptible(async (signal) => {
        try {
          const store = openStoreOnly(platform);
          const found = await drift({
            store,
            platform,
            model,
            where,
            outside: options.allowOutside === true,
            baseCheckpoint,
            told: progress.note,
            onProgress: progress.show,
            signal,
          }).finally(progress.end);
          output.data(found, driftText);
          await tellInUse(output, store, model, found.model);
          if (found.verdict === "may-hurt") {
            const { name } = found.model;
            suggest(output, [
              [
                `thaw predict ${name} ${shellWord(where)}`,
                "what it makes of them: label those that it is unsure of",
              ],
            ]);
          }
        } catch (error) {
          // Ctrl-C reaches the engine too, whose end is no failure then.
          throw signal.aborted ? new Interrupted() : error;
        }
      });
    });
  withExamples(command, [
    ["thaw drift digits new/", "the images of a folder against the newest version's"],
    ["thaw drift digits@champion s3://camera/today/", "those below a prefix of a bucket"],
    ["thaw drift digits new/ --json | jq -r .verdict", "same, different, may-hurt or cannot-say"],
  ]);
}
