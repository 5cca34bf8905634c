/** All commands of `thaw`, and the options that they share. */
import { Command } from "commander";
import { thawVersion } from "../client/version.js";
import { addBases } from "./commands/bases/bases.js";
import { addHelp } from "./commands/help.js";
import { addDoctor } from "./commands/machine/doctor.js";
import { addDown } from "./commands/machine/down.js";
import { addGc } from "./commands/machine/gc.js";
import { addStatus } from "./commands/machine/status.js";
import { addUp } from "./commands/machine/up.js";
import { addApprovals, addApprove, addReject } from "./commands/models/approve.js";
import { addCompare } from "./commands/models/compare.js";
import { addDiff } from "./commands/models/diff.js";
import { addDrift } from "./commands/models/drift.js";
import { addExport } from "./commands/models/export.js";
import { addLineage } from "./commands/models/lineage.js";
import { addModels } from "./commands/models/models.js";
import { addNotifications } from "./commands/models/notifications.js";
import { addPredict } from "./commands/models/predict.js";
import { addPromote, addRollback } from "./commands/models/promote.js";
import { addProve } from "./commands/models/prove.js";
import { addRetrain } from "./commands/models/retrain.js";
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
import { addSchedule } from "./commands/schedules/schedule.js";
import { addCompletion } from "./commands/shell/completion.js";
import { checkGiven } from "./options/checks.js";
import { refuseTwice } from "./options/twice.js";
import { formatHelp } from "./render/overview.js";

const GROUPS: readonly (readonly [string, readonly ((program: Command) => void)[]])[] = [
  ["Runs:", [addInit, addPlan, addRun, addWatch, addLogs, addExplain, addRuns, addCancel, addResume]],
  ["Steering a run:", [addPause, addUnpause, addSet, addStop]],
  ["Results:", [addReport, addCompare, addDiff, addModels, addLineage, addGet, addPredict, addExport]],
  [
    "Models over time:",
    [
      ...[addRetrain, addSchedule, addDrift, addProve, addApprovals, addApprove, addReject],
      ...[addPromote, addRollback, addNotifications],
    ],
  ],
  ["Bases and the store:", [addBases, addPin, addUnpin, addGc]],
  ["This machine:", [addUp, addDown, addStatus, addDoctor, addSchema, addCompletion, addHelp]],
];

export function createProgram(): Command {
  const program = new Command("thaw")
    .description("From a folder of labelled images to an evaluated classifier, durably.")
    .version(thawVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .option("--json", "write JSON to stdout; a watched run: a line per change")
    .option("--no-color", "no colours; the variable NO_COLOR does the same")
    .option("--project <folder>", "where `.thaw/` is, instead of the current folder")
    .configureHelp({ showGlobalOptions: true, formatHelp })
    // Errors are written in one place, main.ts.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .hook("preAction", (_program, command) => checkGiven(command));
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const add of commands) add(program);
  }
  // Of those that work by themselves, too, `checkGiven` says which command below them was meant.
  for (const command of program.commands) if (command.commands.length > 0) command.allowExcessArguments();
  refuseTwice(program);
  return program;
}
