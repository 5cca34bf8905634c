/** `thaw run`: starts a run, and follows it unless told not to. */
import type { Command } from "commander";
import type { LoadedRunFile } from "../../../client/runFile/load.js";
import type { Session } from "../../../client/session.js";
import type { ImageSource } from "../../../spec/pipeline/run.js";
import { contextOf, withExamples } from "../../context.js";
import { forewarned } from "../../json/plan.js";
import type { StartedRunJson } from "../../json/run.js";
import { startedText } from "../../render/runs/advice.js";
import { openProjectStore, withWritingSession } from "../../session.js";
import { settledBases } from "../../starting/bases.js";
import { uploadSource } from "../../starting/upload.js";
import { say } from "../../terminal/shown.js";
import { tellMissing } from "./missingAttributes.js";
import {
  collect,
  DEFAULT_RUN_FILE,
  KEEP_ROLLED_BACK,
  OUTSIDE_HELP,
  overridesOf,
  SET_HELP,
} from "./runFileOptions.js";

interface RunOptions {
  readonly set?: readonly string[];
  readonly allowOutside?: boolean;
  readonly upload?: boolean;
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly keepRolledBack?: boolean;
}

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("start a run and follow it")
    .description("start a run and follow it; the run itself goes on in Temporal whatever happens here")
    .argument("[file]", "the run file", DEFAULT_RUN_FILE)
    .option("-s, --set <key=value>", SET_HELP, collect)
    .option("--allow-outside", OUTSIDE_HELP)
    .option(
      "-u, --upload",
      "put the images into the store first, for workers on other machines (the default with compute: kubernetes)",
    )
    .option("--no-upload", "the workers find the images where the run file says")
    .option(
      "--keep-rolled-back",
      "store what a stage trained that is rolled back, too (unfreeze.keep_rolled_back)",
    )
    .option("-w, --watch", "show every stage live (the default on a terminal)")
    .option("-d, --detach", "return as soon as the run has started; stdout is its id")
    .action(async (file: string, _options: RunOptions, self: Command) => {
      const { output, project, options } = contextOf<RunOptions>(self);
      if (options.watch === true && options.detach === true) {
        self.error("error: --watch and --detach exclude each other", { code: "commander.conflictingOption" });
      }
      const { loadRunFile } = await import("../../../client/runFile/load.js");
      const kept = options.keepRolledBack === true ? [KEEP_ROLLED_BACK] : [];
      const set = [...overridesOf(options), ...kept];
      const given = await loadRunFile(file, set, () => openProjectStore(project));
      for (const warning of given.warnings) output.talk(say`Warning: ${warning}.`);
      await withWritingSession(project, async (session) => {
        const loaded = await settledBases(session, given, output);
        const [{ startRun }, { baseConcerns }] = await Promise.all([
          import("../../../client/runs/start.js"),
          import("../../../client/bases/concerns.js"),
        ]);
        const concerns = await baseConcerns(session.store, loaded.file);
        for (const sentence of concerns) output.talk(say`${sentence}`);
        const isElsewhere = loaded.file.compute === "kubernetes";
        const uploaded = (options.upload ?? isElsewhere) ? await uploadSource(session, loaded, output) : {};
        const started = await startRun(session, { ...loaded, ...uploaded });
        await tellMissing(output, started.missingAttributes);
        const { stderr } = output.screen;
        // The live view has the link in its header.
        const isLive = stderr.live && options.detach !== true;
        output.tell(started, (shown, screen) => {
          const text = startedText(shown.runId, isLive ? undefined : shown.url, screen);
          return isLive ? `${text}\n` : text;
        });
        if (options.detach === true) {
          const [forecast, { startedTimeText }] = await Promise.all([
            forecastOf(session, { ...loaded, ...uploaded }),
            import("../../render/runs/plan.js"),
          ]);
          output.tell(forecast, startedTimeText);
          const time = "time" in forecast ? forecast.time : undefined;
          const document: StartedRunJson = {
            ...started,
            ...(time === undefined ? {} : { forecast: time }),
            ...forewarned([...given.warnings, ...concerns]),
          };
          return output.data(document, ({ runId }) => runId);
        }
        const [{ followRun }, { finishRun }] = await Promise.all([
          import("../../follow.js"),
          import("../../finish.js"),
        ]);
        const asLines = output.json && options.watch === true;
        const view = await followRun(session, started.runId, output, asLines ? "json-lines" : undefined);
        finishRun(session, view, output, !asLines);
      });
    });
  withExamples(command, [
    ["thaw run", "run thaw.yaml and follow it"],
    ["thaw run --set head.epochs=20 --set seed=7", "with other values than the file's"],
    ["thaw run --upload", "the training worker is on another machine and cannot see the images"],
    ["RUN=$(thaw run --detach)", "start it and go on"],
    ["thaw run --watch --json", "a JSON document for each change"],
  ]);
}

async function forecastOf(session: Session, { file, dataPath, listed, upload }: LoadedRunFile & ImageSource) {
  const [{ forecastOfStarted }, { engineFingerprint }] = await Promise.all([
    import("../../../client/forecast/started.js"),
    import("../../../runtime/components/tensorflow/engineFingerprint.js"),
  ]);
  const source = { dataPath, listed, ...(upload === undefined ? {} : { upload }) };
  return forecastOfStarted(session, file, source, engineFingerprint());
}
