/** Versions that wait for a person: which there are, and a person's answer. */
import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import { ThawError } from "../../spec/errors.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import {
  APPROVAL_STATE_QUERY,
  APPROVAL_TYPE,
  type Approval,
  approvalId,
  DECIDE_UPDATE,
  type Verdict,
} from "../../spec/retraining/approval.js";
import { approvalSchema } from "../../spec/schemas/store/approval.js";
import { readApproval, readApprovals } from "../../store/records/approvals.js";
import { readRun } from "../../store/records/records.js";
import { failureOf } from "../runs/outcome.js";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { whoAmI } from "../whoAmI.js";
import { resolveModel } from "./reference.js";
import { requireModel } from "./requireModel.js";

/** More than a person can look at. */
const MOST_APPROVALS = 500;

export interface WaitingApprovals {
  readonly approvals: readonly Approval[];
  readonly damaged: readonly DamagedRecord[];
}

/**
 * Versions that wait, the longest waiting first.
 * @param model only those of one model
 * @throws ThawError NOT_FOUND for a model that there is not, TEMPORAL_UNREACHABLE, STORE_…
 */
export async function waitingApprovals(session: Session, model?: string): Promise<WaitingApprovals> {
  const damaged: DamagedRecord[] = [];
  const asked = (await openQuestions(session)).filter((one) => model === undefined || one.model === model);
  const known = await readApprovals(session.store, asked, damaged);
  const waiting = known.filter(({ outcome }) => outcome === undefined);
  const unrecorded = asked.filter(
    ({ model: name, version }) =>
      damaged.length > 0 ||
      !known.some(({ request }) => request.model === name && request.version === version),
  );
  const told = await Promise.all(unrecorded.map(({ workflowId }) => askWorkflow(session, workflowId)));
  const all = [...waiting, ...told.filter((one) => one !== undefined && one.outcome === undefined)];
  const byId = new Map(all.map((one) => [(one as Approval).workflowId, one as Approval]));
  const approvals = [...byId.values()].toSorted((a, b) => (a.since < b.since ? -1 : 1));
  if (model !== undefined && approvals.length + damaged.length === 0)
    await requireModel(session.store, model);
  return { approvals, damaged };
}

interface Question {
  readonly workflowId: string;
  readonly model: string;
  readonly version: number;
}

async function openQuestions(session: Session): Promise<readonly Question[]> {
  const query = `WorkflowType = "${APPROVAL_TYPE}" AND ExecutionStatus = "Running"`;
  return temporalCall(session, "listing what waits for a person", async () => {
    const found: Question[] = [];
    for await (const { workflowId } of session.temporal.workflow.list({ query, pageSize: MOST_APPROVALS })) {
      const [, model, version] = /^approve-(.+)-v(\d+)$/.exec(workflowId) ?? [];
      if (model !== undefined) found.push({ workflowId, model, version: Number(version) });
      if (found.length >= MOST_APPROVALS) break;
    }
    return found;
  });
}

/** What the workflow itself says; undefined where no worker answers or it is none of ours. */
async function askWorkflow(session: Session, workflowId: string): Promise<Approval | undefined> {
  const handle = session.temporal.workflow.getHandle(workflowId);
  const answer = await temporalCall(session, `asking ${workflowId}`, () =>
    handle.query<unknown>(APPROVAL_STATE_QUERY).catch(() => undefined),
  );
  return approvalSchema.safeParse(answer).data;
}

/**
 * Gives a person's answer about a version that waits.
 * @param ref like that of `resolveModel`
 * @param given.report digest of the report that they read; that of the version's run when left out
 * @returns once it is done, with the outcome, which is `overtaken` where the alias was moved meanwhile
 * @throws ThawError NOT_FOUND where nobody is asked about it, APPROVAL_REFUSED, TEMPORAL_UNREACHABLE, STORE_…
 */
export async function decideOn(
  session: Session,
  ref: string,
  { verdict, note, report }: Pick<Verdict, "verdict" | "note"> & { readonly report?: string },
): Promise<Approval> {
  const { name, version, runId } = await resolveModel(session.store, ref);
  // Of the store, and not of the workflow: a report that was made anew since it was asked has not been read by whoever asked.
  const reportDigest = report ?? (await readRun(session.store, runId))?.artifacts.report?.digest;
  if (reportDigest === undefined) {
    throw new ThawError("NOT_FOUND", `there is no report on ${name}@${version} that could be decided on`, {
      hint: `\`thaw report ${runId}\` says what is missing`,
    });
  }
  const answer: Verdict = {
    ...{ verdict, reportDigest, by: whoAmI() },
    ...(note === undefined ? {} : { note }),
  };
  const label = `${name}@${version}`;
  return temporalCall(
    session,
    `deciding on ${label}`,
    async () => {
      try {
        const handle = session.temporal.workflow.getHandle(approvalId(name, version));
        const ended = await handle.executeUpdate<unknown, [Verdict]>(DECIDE_UPDATE, { args: [answer] });
        return approvalSchema.parse(ended);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw await notWaiting(session, name, version);
        throw refusalOf(error, label);
      }
    },
    DECIDING_MS,
  );
}

/** Longer than a worker takes to answer, and than the store may be away for a moment. */
const DECIDING_MS = 60_000;

async function notWaiting({ store }: Session, model: string, version: number): Promise<ThawError> {
  const last = await readApproval(store, model, version);
  const label = `${model}@${version}`;
  if (last?.outcome !== undefined) {
    return new ThawError("APPROVAL_REFUSED", `${label} waits for nobody: ${last.outcome.sentence}`, {
      hint: `point an alias at it yourself: \`thaw promote ${label} --note WHY\``,
    });
  }
  return new ThawError("NOT_FOUND", `nobody is asked about ${label}`, {
    hint: `\`thaw approvals\` lists what waits; \`thaw promote ${label} --note WHY\` points an alias at it`,
  });
}

function refusalOf(error: unknown, label: string): unknown {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new ThawError("TEMPORAL_UNREACHABLE", "the control worker does not answer", {
      hint: `\`thaw status\` tells whether it runs; the decision on ${label} may be taken yet: \`thaw approvals\``,
      cause: error,
    });
  }
  if (!(error instanceof WorkflowUpdateFailedError)) return error;
  const { code, message, hint } = failureOf(error.cause);
  return new ThawError(code === "RUN_FAILED" ? "APPROVAL_REFUSED" : code, message, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
