/** `thaw predict`: classifies image files with a model. */

import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { tellFailure } from "../../failure.js";
import { predictJson } from "../../json/predict.js";
import type { Output } from "../../output.js";
import { showProgress } from "../../progressLine.js";
import { projectStorePlatform } from "../../session.js";
import { Interrupted, interruptible } from "../../signals.js";
import { OUTSIDE_HELP } from "../runs/runFileOptions.js";
import { tellDoubts } from "./doubts.js";
import { tellInUse } from "./tellInUse.js";

export function addPredict(program: Command): void {
  const command = program
    .command("predict")
    .summary("classify image files")
    .description("classify image files on this machine; the exit code is 2 when some cannot be read")
    .argument("<model>", "MODEL for its newest version, MODEL@VERSION, or a run that ended well")
    .argument("<files...>", "image files, and folders of them")
    .option(
      "--mirrored",
      "average over each image and its mirror image, in twice the time; the report says what that is worth",
    )
    .option("--allow-outside", OUTSIDE_HELP)
    .action(async (model: string, files: readonly string[], _options: object, self: Command) => {
      const { output, project, options } = contextOf<{ mirrored?: true; allowOutside?: true }>(self);
      const { answeredText, leftOutText, predictionsTable, unreadable, untoldText } = await import(
        "../../render/models/predictions.js"
      );
      const platform = await projectStorePlatform(project);
      const [{ openStoreOnly }, { predict }, { baseCheckpoint }, { provision }] = await Promise.all([
        import("../../../client/session.js"),
        import("../../../client/models/predict.js"),
        import("../../../runtime/components/download/baseCheckpoint.js"),
        import("../../provision.js"),
      ]);
      await provision(["tfjs-binding"], output);
      const progress = await showProgress(output);
      await interruptible(async (signal) => {
        const store = openStoreOnly(platform);
        try {
          const request = {
            store,
            platform,
            model,
            files,
            mirrored: options.mirrored === true,
            outside: options.allowOutside === true,
            baseCheckpoint,
            told: progress.note,
            onProgress: progress.show,
            signal,
          };
          const found = await predict(request).finally(progress.end);
          output.data(predictJson(found), predictionsTable, found.predictions);
          if (!output.json && output.screen.stderr.live) {
            const { inUseBeside } = await import("../../../client/models/inUse.js");
            const inUse = await inUseBeside(store, model, found.model);
            output.tell({ ...found, inUse }, answeredText);
          } else await tellInUse(output, store, model, found.model);
          const untold = (shown: typeof found): string => untoldText(shown, options.mirrored);
          for (const text of output.json ? [] : [untold, leftOutText])
            if (text(found) !== "") output.tell(found, text);
          await tellDoubts(output, found);
          report(unreadable(found.predictions), output);
        } catch (error) {
          // Ctrl-C reaches the engine too, whose end is no failure then.
          throw signal.aborted ? new Interrupted() : error;
        }
      });
    });
  withExamples(command, [
    ["thaw predict digits photo.jpg", "with the newest version of the model"],
    ["thaw predict birds photos/ --mirrored", "a little better where sides do not matter"],
    ["thaw predict digits@2 photos/ --json", "a folder, with the probability of every class"],
  ]);
}

/** The others have been predicted all the same. */
function report(problems: readonly string[], output: Output): void {
  for (const message of problems) {
    tellFailure({ code: "IMAGE_UNREADABLE", message, exitCode: 2 }, output);
    process.exitCode = 2;
  }
}
