/** The light activities of the control worker. */
import type { NotificationActivities } from "../spec/notifications/event.js";
import type { ControlActivities, StageOutcome, StageRequest } from "../spec/pipeline/activities.js";
import type { ApprovalActivities } from "../spec/retraining/approval.js";
import type { QuestionActivities } from "../spec/retraining/podQuestion.js";
import type { RetrainingActivities } from "../spec/retraining/retraining.js";
import type { ControlDependencies } from "./context.js";
import { typedFailures } from "./life/failures.js";
import { withSignsOfLife } from "./life/signsOfLife.js";

type StageActivity = (dependencies: ControlDependencies, request: StageRequest) => Promise<StageOutcome>;

/**
 * Each activity is loaded when it is first asked for: all of them would be a third of the processor time of a worker's
 * start, and most runs need few.
 */
export function createControlActivities(
  dependencies: ControlDependencies,
): ControlActivities &
  RetrainingActivities &
  QuestionActivities &
  ApprovalActivities &
  NotificationActivities {
  const durable = <Request, Result>(activity: (request: Request) => Promise<Result>) =>
    withSignsOfLife(typedFailures(activity));
  const withLog = (load: () => Promise<StageActivity>) =>
    durable(async (request: StageRequest) => {
      const [activity, { measured }, { logged }, { fitting }] = await Promise.all([
        load(),
        import("./metrics/measured.js"),
        import("./log/logged.js"),
        import("../spec/engine/diskFull.js"),
      ]);
      return measured(dependencies, request, () =>
        logged(dependencies, request, () =>
          fitting(`what ${request.stage.name} writes`, dependencies.workFolder, () =>
            activity(dependencies, request),
          ),
        ),
      );
    });
  const { pods = { env: {} }, notifications = { env: {} }, uiUrl } = dependencies;
  return {
    // A look-up is no work: what it finds stands in the run's state.
    findArtifact: durable(async (request) => {
      const [{ measuredLookUp }, { findArtifact }] = await Promise.all([
        import("./metrics/measured.js"),
        import("./light/findArtifact.js"),
      ]);
      return measuredLookUp(dependencies, request, () => findArtifact(dependencies, request));
    }),
    chooseBase: withLog(async () => (await import("./light/chooseBase.js")).chooseBase),
    register: withLog(async () => (await import("./light/register.js")).register),
    report: withLog(async () => (await import("./light/report.js")).report),
    recordRun: durable(async (request) =>
      (await import("./light/recordRun.js")).recordRun(dependencies, request),
    ),
    writeControl: durable(async (file) =>
      (await import("./light/writeControl.js")).writeControl(dependencies, file),
    ),
    startPod: durable(async (request) =>
      (await import("./pods/startPod.js")).startPod({ ...dependencies, pods }, request),
    ),
    watchPod: typedFailures(async (request) =>
      (await import("./pods/watchPod.js")).watchPod({ ...dependencies, pods }, request),
    ),
    stopPod: durable(async (request) => (await import("./pods/stopPod.js")).stopPod(pods, request)),
    lookAtImages: durable(async (input) =>
      (await import("./retraining/lookAtImages.js")).lookAtImages(dependencies, input),
    ),
    findAnswer: durable(async (asked) =>
      (await import("./retraining/answers.js")).findAnswer(dependencies, asked),
    ),
    proveVersion: durable(async (request) =>
      (await import("./retraining/proveVersion.js")).proveVersion(dependencies, request),
    ),
    promoteVersion: durable(async (request) =>
      (await import("./retraining/promoteVersion.js")).promoteVersion(dependencies, request),
    ),
    referToProof: durable(async (proof) => (await import("../store/records/proofs.js")).proofRef(proof)),
    findEndpoints: durable(async (asked) =>
      (await import("./notifications/endpoints.js")).findEndpoints(notifications, asked),
    ),
    deliver: durable(async (request) =>
      (await import("./notifications/deliver.js")).deliver(notifications, uiUrl, request),
    ),
    recordTick: durable(async (tick) =>
      (await import("../store/records/ticks.js")).writeTick(dependencies.store, tick),
    ),
    recordApproval: durable(async (approval) =>
      (await import("../store/records/approvals.js")).writeApproval(dependencies.store, approval),
    ),
    aliasMoved: durable(async (request) =>
      (await import("./retraining/approval.js")).aliasMoved(dependencies, request),
    ),
    olderApprovals: durable(async (request) =>
      (await import("../store/records/approvals.js")).olderApprovals(dependencies.store, request),
    ),
    carryOut: durable(async (request) =>
      (await import("./retraining/approval.js")).carryOut(dependencies, request),
    ),
    pauseFailing: durable(async (request) =>
      (await import("./retraining/pauseFailing.js")).pauseFailing(dependencies, request),
    ),
  };
}
