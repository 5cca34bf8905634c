/** A person is asked whether a version may be the one in use. */
import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import { ParentClosePolicy, startChild, workflowInfo } from "@temporalio/workflow";
import { attributePairs } from "../../spec/pipeline/attributePairs.js";
import { CONTROL_QUEUE, type RunResult } from "../../spec/pipeline/run.js";
import type { ModelProof } from "../../spec/records/proof.js";
import { APPROVAL_TYPE, type ApprovalRequest, approvalId, termsOf } from "../../spec/retraining/approval.js";
import type { Look, RetrainInput } from "../../spec/retraining/retraining.js";
import type { approval } from "../approval.js";
import { describedStatically } from "../approvalText.js";
import { light } from "./light.js";

/** The question is a workflow of its own: days of waiting hold neither this one nor the version of its worker. */
export async function ask(
  { run, schedule, by }: RetrainInput,
  look: Look,
  { runId, version, testAccuracy, artifacts }: RunResult,
  proof: ModelProof | undefined,
  sentence: string,
): Promise<{ readonly approval: string; readonly isNew: boolean }> {
  const { name: model, model: policy } = run.file;
  const { report } = artifacts;
  if (report === undefined) throw new Error(`run ${runId} has no report that a person could decide on`);
  const refer = light("refer", "name the proof that a person decides on");
  const evidence = proof === undefined ? undefined : await refer.referToProof(proof);
  const request: ApprovalRequest = {
    ...{ model, version, alias: policy.alias, aliasEntry: look.aliasEntry },
    ...(look.inUse === undefined ? {} : { inUse: look.inUse }),
    ...{ runId, reportDigest: report.digest, testAccuracy, sentence },
    ...(evidence === undefined ? {} : { evidence }),
    requestedBy: {
      workflowId: workflowInfo().workflowId,
      ...(schedule === undefined ? {} : { schedule }),
      ...(by === undefined ? {} : { person: by }),
    },
    ...termsOf(policy),
  };
  const workflowId = approvalId(model, version);
  try {
    await startChild<typeof approval>(APPROVAL_TYPE, {
      workflowId,
      taskQueue: CONTROL_QUEUE,
      args: [request],
      // A version that was rejected may be asked about again.
      workflowIdReusePolicy: "ALLOW_DUPLICATE",
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: attributePairs(
        { model, version, state: "waiting-for-person", lineage: workflowInfo().workflowId },
        run.attributes,
      ),
      memo: { model, version },
      ...describedStatically(request),
    });
    return { approval: workflowId, isNew: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { approval: workflowId, isNew: false };
  }
}
