/**
 * The supervisor's process: `node supervisorMain.js PLAN`, started detached by `thaw up`. SIGTERM ends it
 * and the services, SIGHUP makes it read the plan again.
 */
import { maskOutput } from "../../../spec/network/maskedOutput.js";
import { layoutOf } from "../layout.js";
import { readRecord } from "../record.js";
import { readPlan } from "./plan.js";
import { identify } from "./processes.js";
import { createSupervisor } from "./supervisor.js";

/** How often it looks whether its record is still there. */
const CHECK_MS = 5000;

maskOutput();
const planFile = process.argv[2];
if (planFile === undefined) throw new Error("usage: supervisorMain PLAN");
const plan = readPlan(planFile);
const layout = layoutOf(plan.projectFolder);
const record = readRecord(layout);
const self = identify(process.pid);
if (record === undefined || self === undefined) throw new Error(`no ${layout.record}, or no process table`);

const supervisor = createSupervisor(layout, record, self, log);
let ending = false;

function log(line: string): void {
  console.log(new Date().toISOString(), line);
}

function end(why: string, exitCode: number): void {
  if (ending) return;
  ending = true;
  log(`the supervisor ends: ${why}`);
  void supervisor.stop().finally(() => process.exit(exitCode));
}

process.on("SIGTERM", () => end("SIGTERM", 0));
process.on("SIGINT", () => end("SIGINT", 0));
process.on("SIGHUP", () => follow());
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error) => {
    console.error(error);
    end(event, 1);
  });
}

// A project folder that was deleted must not leave servers behind that nobody can stop any more.
setInterval(() => {
  if (readRecord(layout)?.supervisor?.pid !== process.pid) end(`${layout.record} is not mine`, 0);
}, CHECK_MS);

function follow(): void {
  void supervisor.follow(readPlan(layout.plan));
}
follow();
