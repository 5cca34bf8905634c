/** All commands of `thaw`, and the options that they share. */
import { Command } from "commander";
import { thawVersion } from "../client/version.js";
import { addBases } from "./commands/bases/bases.js";
import { addDoctor } from "./commands/machine/doctor.js";
import { addDown } from "./commands/machine/down.js";
import { addGc } from "./commands/machine/gc.js";
import { addStatus } from "./commands/machine/status.js";
import { addUp } from "./commands/machine/up.js";
import { addExport } from "./commands/models/export.js";
import { addModels } from "./commands/models/models.js";
import { addPredict } from "./commands/models/predict.js";
import { addInit } from "./commands/runFile/init.js";
import { addSchema } from "./commands/runFile/schema.js";
import { addCancel } from "./commands/runs/cancel.js";
import { addExplain } from "./commands/runs/explain.js";
import { addGet } from "./commands/runs/get.js";
import { addLogs } from "./commands/runs/logs.js";
import { addPause, addUnpause } from "./commands/runs/pause.js";
import { addPin, addUnpin } from "./commands/runs/pin.js";
import { addPlan } from "./commands/runs/plan.js";
import { addReport } from "./commands/runs/report.js";
import { addResume } from "./commands/runs/resume.js";
import { addRun } from "./commands/runs/run.js";
import { addRuns } from "./commands/runs/runs.js";
import { addSet } from "./commands/runs/set.js";
import { addStop } from "./commands/runs/stop.js";
import { addWatch } from "./commands/runs/watch.js";
import { withExamples } from "./context.js";

const GROUPS: readonly (readonly [string, readonly ((program: Command) => void)[]])[] = [
  ["Runs:", [addInit, addPlan, addRun, addWatch, addLogs, addExplain, addRuns, addCancel, addResume]],
  ["Steering:", [addPause, addUnpause, addSet, addStop]],
  ["Bases:", [addBases]],
  ["Results:", [addModels, addGet, addReport, addPredict, addExport]],
  ["Store:", [addPin, addUnpin, addGc]],
  ["This machine:", [addUp, addDown, addStatus, addDoctor, addSchema]],
];

const EXIT_CODES = `
Exit codes:
  0    done
  1    the run failed or was cancelled
  2    wrong usage or input
  4    the platform is unreachable or incomplete
  130  ended by Ctrl-C; a run goes on`;

export function createProgram(): Command {
  const program = new Command("thaw")
    .description("Durable transfer learning: from a folder of labelled images to an evaluated classifier.")
    .version(thawVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .option("--json", "write JSON to stdout: a document, or a line per change for a watched run")
    .option("--no-color", "no colours; the variable NO_COLOR does the same")
    .option("--project <folder>", "the folder that holds `.thaw/`, instead of the current one")
    .configureHelp({ showGlobalOptions: true })
    // Errors are written in one place, main.ts.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  withExamples(program, [
    ["thaw up", "start all that is needed on this machine"],
    ["thaw init photos/", "write thaw.yaml for a folder with a sub-folder per class"],
    ["thaw run --watch", "train, and follow the stages"],
  ]).addHelpText("after", EXIT_CODES);
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const add of commands) add(program);
  }
  return program;
}
