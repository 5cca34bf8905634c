/** The light activities of the control worker. */

import { fitting } from "../spec/engine/diskFull.js";
import type { NotificationActivities } from "../spec/notifications/event.js";
import type { ControlActivities, StageRequest } from "../spec/pipeline/activities.js";
import type { ApprovalActivities } from "../spec/retraining/approval.js";
import type { QuestionActivities } from "../spec/retraining/podQuestion.js";
import type { RetrainingActivities } from "../spec/retraining/retraining.js";
import { olderApprovals, writeApproval } from "../store/records/approvals.js";
import { proofRef } from "../store/records/proofs.js";
import { writeTick } from "../store/records/ticks.js";
import type { ControlDependencies } from "./context.js";
import { typedFailures } from "./life/failures.js";
import { withSignsOfLife } from "./life/signsOfLife.js";
import { chooseBase } from "./light/chooseBase.js";
import { findArtifact } from "./light/findArtifact.js";
import { recordRun } from "./light/recordRun.js";
import { register } from "./light/register.js";
import { writeControl } from "./light/writeControl.js";
import { logged } from "./log/logged.js";
import { measured, measuredLookUp } from "./metrics/measured.js";
import { deliver } from "./notifications/deliver.js";
import { findEndpoints } from "./notifications/endpoints.js";
import { startPod } from "./pods/startPod.js";
import { stopPod } from "./pods/stopPod.js";
import { watchPod } from "./pods/watchPod.js";
import { findAnswer } from "./retraining/answers.js";
import { aliasMoved, carryOut } from "./retraining/approval.js";
import { lookAtImages } from "./retraining/lookAtImages.js";
import { pauseFailing } from "./retraining/pauseFailing.js";
import { promoteVersion } from "./retraining/promoteVersion.js";
import { proveVersion } from "./retraining/proveVersion.js";

/** Loaded with the first report: what draws it would take a fifth of the processor time of a worker's start. */
const report: typeof register = async (dependencies, request) =>
  (await import("./light/report.js")).report(dependencies, request);

export function createControlActivities(
  dependencies: ControlDependencies,
): ControlActivities &
  RetrainingActivities &
  QuestionActivities &
  ApprovalActivities &
  NotificationActivities {
  const durable = <Request, Result>(activity: (request: Request) => Promise<Result>) =>
    withSignsOfLife(typedFailures(activity));
  const withLog = (activity: typeof register) =>
    durable((request: StageRequest) =>
      measured(dependencies, request, () =>
        logged(dependencies, request, () =>
          fitting(`what ${request.stage.name} writes`, dependencies.workFolder, () =>
            activity(dependencies, request),
          ),
        ),
      ),
    );
  const { pods = { env: {} }, notifications = { env: {} }, uiUrl } = dependencies;
  return {
    // A look-up is no work: what it finds stands in the run's state.
    findArtifact: durable((request) =>
      measuredLookUp(dependencies, request, () => findArtifact(dependencies, request)),
    ),
    chooseBase: withLog(chooseBase),
    register: withLog(register),
    report: withLog(report),
    recordRun: durable((request) => recordRun(dependencies, request)),
    writeControl: durable((file) => writeControl(dependencies, file)),
    startPod: durable((request) => startPod({ ...dependencies, pods }, request)),
    watchPod: typedFailures((request) => watchPod({ ...dependencies, pods }, request)),
    stopPod: durable((request) => stopPod(pods, request)),
    lookAtImages: durable((input) => lookAtImages(dependencies, input)),
    findAnswer: durable((asked) => findAnswer(dependencies, asked)),
    proveVersion: durable((request) => proveVersion(dependencies, request)),
    promoteVersion: durable((request) => promoteVersion(dependencies, request)),
    referToProof: durable(async (proof) => proofRef(proof)),
    findEndpoints: durable((asked) => findEndpoints(notifications, asked)),
    deliver: durable((request) => deliver(notifications, uiUrl, request)),
    recordTick: durable((tick) => writeTick(dependencies.store, tick)),
    recordApproval: durable((approval) => writeApproval(dependencies.store, approval)),
    aliasMoved: durable((request) => aliasMoved(dependencies, request)),
    olderApprovals: durable((request) => olderApprovals(dependencies.store, request)),
    carryOut: durable((request) => carryOut(dependencies, request)),
    pauseFailing: durable((request) => pauseFailing(dependencies, request)),
  };
}
