/** The light activities of the control worker. */
import type { ControlActivities, StageRequest } from "../spec/activities.js";
import { chooseBase } from "./chooseBase.js";
import type { ControlDependencies } from "./context.js";
import { typedFailures } from "./failures.js";
import { findArtifact } from "./findArtifact.js";
import { logged } from "./log/logged.js";
import { startPod } from "./pods/startPod.js";
import { stopPod } from "./pods/stopPod.js";
import { watchPod } from "./pods/watchPod.js";
import { recordRun } from "./recordRun.js";
import { register } from "./register.js";
import { report } from "./report.js";
import { writeControl } from "./writeControl.js";

export function createControlActivities(dependencies: ControlDependencies): ControlActivities {
  const withLog = (activity: typeof register) =>
    typedFailures((request: StageRequest) =>
      logged(dependencies, request, () => activity(dependencies, request)),
    );
  const { pods = { env: {} } } = dependencies;
  return {
    // A look-up is no work: what it finds stands in the run's state.
    findArtifact: typedFailures((request) => findArtifact(dependencies, request)),
    chooseBase: withLog(chooseBase),
    register: withLog(register),
    report: withLog(report),
    recordRun: typedFailures((request) => recordRun(dependencies, request)),
    writeControl: typedFailures((file) => writeControl(dependencies, file)),
    startPod: typedFailures((request) => startPod({ ...dependencies, pods }, request)),
    watchPod: typedFailures((request) => watchPod(pods, request)),
    stopPod: typedFailures((request) => stopPod(pods, request)),
  };
}
