/** The light activities of the control worker. */
import type { ControlActivities } from "../spec/activities.js";
import { chooseBase } from "./chooseBase.js";
import type { ControlDependencies } from "./context.js";
import { typedFailures } from "./failures.js";
import { findArtifact } from "./findArtifact.js";
import { recordRun } from "./recordRun.js";
import { register } from "./register.js";
import { report } from "./report.js";
import { writeControl } from "./writeControl.js";

export function createControlActivities(dependencies: ControlDependencies): ControlActivities {
  return {
    findArtifact: typedFailures((request) => findArtifact(dependencies, request)),
    chooseBase: typedFailures((request) => chooseBase(dependencies, request)),
    register: typedFailures((request) => register(dependencies, request)),
    report: typedFailures((request) => report(dependencies, request)),
    recordRun: typedFailures((request) => recordRun(dependencies, request)),
    writeControl: typedFailures((file) => writeControl(dependencies, file)),
  };
}
