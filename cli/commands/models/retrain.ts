/** `thaw retrain`: looks at a model's images, and trains where something changed. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { forewarned } from "../../json/plan.js";
import { suggest } from "../../render/runs/advice.js";
import { openProjectStore, withWritingSession } from "../../session.js";
import { EXIT_INTERRUPTED, interruptible } from "../../signals.js";
import { settledBases } from "../../starting/bases.js";
import { uploadSource } from "../../starting/upload.js";
import { say } from "../../terminal/shown.js";
import { tellMissing } from "../runs/missingAttributes.js";
import { collect, DEFAULT_RUN_FILE, SET_HELP } from "../runs/runFileOptions.js";
import { afterLook } from "./afterLook.js";

interface Options {
  readonly set?: readonly string[];
  readonly upload?: boolean;
  readonly force?: boolean;
  readonly detach?: boolean;
}

/** A version waits for a person. */
const EXIT_WAITS = 3;

export function addRetrain(program: Command): void {
  const command = program
    .command("retrain")
    .summary("look at a model's images; train again if they changed")
    .description(
      "look at a model's images; where something changed train again with the splits of before, hold the new version against the one in use, and do with it what `model.promote` says",
    )
    .argument("[file]", "the run file", DEFAULT_RUN_FILE)
    .option("-s, --set <key=value>", SET_HELP, collect)
    .option("-f, --force", "train although nothing changed")
    .option("-u, --upload", "put the images into the store first (the default with compute: kubernetes)")
    .option("-d, --detach", "return as soon as it has started; stdout is its id")
    .action(async (file: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<Options>(self);
      const { loadRunFile } = await import("../../../client/runFile/load.js");
      const given = await loadRunFile(file, options.set ?? [], () => openProjectStore(project));
      for (const warning of given.warnings) output.talk(say`Warning: ${warning}.`);
      await withWritingSession(project, async (session) => {
        const loaded = await settledBases(session, given, output);
        const [{ followRetraining, startRetraining }, { wrapWords }, { seriousLines }] = await Promise.all([
          import("../../../client/models/retrain.js"),
          import("../../render/words.js"),
          import("../../render/warnings.js"),
        ]);
        const isElsewhere = loaded.file.compute === "kubernetes";
        const uploaded = (options.upload ?? isElsewhere) ? await uploadSource(session, loaded, output) : {};
        const asked = options.force === true;
        const started = await startRetraining(session, { ...loaded, ...uploaded, asked });
        await tellMissing(output, started.missingAttributes);
        const { workflowId, url } = started;
        output.talk(url === undefined ? say`${workflowId}` : say`${workflowId}  ${url}`);
        if (options.detach === true)
          return output.data({ ...started, ...forewarned(given.warnings) }, (shown) => shown.workflowId);
        const { name } = loaded.file;
        const tick = await interruptible((signal) =>
          followRetraining(session, name, workflowId, {
            signal,
            onStep: (step) =>
              output.tell(step, (shown, screen) => wrapWords(`- ${shown}`, screen.width, "  ")),
            onRun: async (runId) => {
              const { followRun } = await import("../../follow.js");
              // Ctrl-C may have come while that was loaded.
              if (signal.aborted) return;
              const { result, warnings = [] } = await followRun(session, runId, output);
              const known = result?.warnings ?? warnings;
              if (output.json || result === undefined || known.length === 0) return;
              const more = `\`thaw explain ${runId}\``;
              output.tell({ known, more }, (shown, screen) =>
                seriousLines(shown.known, shown.more, screen).join("\n"),
              );
            },
          }),
        );
        if (tick === undefined) {
          output.talk(say`It goes on without you: \`thaw models ticks ${name}\` says what it came to.`);
          process.exitCode = EXIT_INTERRUPTED;
          return;
        }
        output.data(tick, (shown, screen) => wrapWords(shown.sentence, screen.width));
        if (tick.verdict === "failed" || tick.verdict === "cancelled") process.exitCode = 1;
        if (tick.verdict === "waits") process.exitCode = EXIT_WAITS;
        suggest(output, afterLook(tick));
      });
    });
  withExamples(command, [
    ["thaw retrain", "look at the images of thaw.yaml's model"],
    ["thaw retrain --set model.promote=automatic", "and promote without asking what is proven better"],
    ["thaw retrain --force", "train although nothing changed"],
  ]);
}
