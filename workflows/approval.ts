/** Asks a person whether a version may be the one in use, and waits for the answer: days, if need be. */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { ErrorCode } from "../spec/errors.js";
import { CONTROL_QUEUE } from "../spec/pipeline/run.js";
import { MOST_OF_A_NOTE } from "../spec/records/aliasDecision.js";
import {
  APPROVAL_STATE_QUERY,
  type Approval,
  type ApprovalActivities,
  type ApprovalOutcome,
  type ApprovalRequest,
  DECIDE_UPDATE,
  type Decision,
  expiryOf,
  nextStep,
  refusedVerdict,
  SUPERSEDE_SIGNAL,
  type Verdict,
} from "../spec/retraining/approval.js";
import { remind } from "./announce.js";
import { describeApproval } from "./approvalText.js";
import { HEARTBEAT_TIME, PATIENCE } from "./patience.js";

const TIME = "1 minute";
/** Somebody waits for the answer, and can give it again. */
const TRIES_OF_DECISION = 5;

export async function approval(request: ApprovalRequest): Promise<Approval> {
  const { workflowId, startTime } = workflowInfo();
  const since = startTime.getTime();
  let known: Approval = {
    ...{ workflowId, request, since: startTime.toISOString(), reminders: 0 },
    expires: new Date(expiryOf(since, request)).toISOString(),
  };
  /** What was decided last, while it is carried out and after. */
  let given: Decision | undefined;
  let outcome: ApprovalOutcome | undefined;
  let supersededBy: number | undefined;
  let isRecorded = false;
  // Asked once, at the beginning: a question that an older worker began tells nobody, its whole life long.
  const tells = patched("reminders-told");

  const show = (): void => setCurrentDetails(describeApproval(known));
  const end = (state: ApprovalOutcome["state"], sentence: string): void => {
    outcome ??= { state, at: now(), sentence };
  };

  setHandler(defineQuery<Approval>(APPROVAL_STATE_QUERY), () => known);
  setHandler(defineSignal<[number]>(SUPERSEDE_SIGNAL), (version) => {
    supersededBy = version;
  });
  setHandler(
    defineUpdate<Approval, [Verdict]>(DECIDE_UPDATE),
    // A cancellation does not stop what is being done: who decided is told what came of it.
    ({ verdict, reportDigest, by, note }) =>
      CancellationScope.nonCancellable(async () => {
        const updateId = currentUpdateInfo()?.id ?? "";
        given = {
          ...{ verdict, reportDigest, by: by.trim(), at: now() },
          ...(note === undefined ? {} : { note }),
        };
        try {
          const carrying = light(`do what ${given.by} decided`, TRIES_OF_DECISION);
          outcome = await carrying.carryOut({ approval: known, decision: given, updateId });
        } catch (error) {
          // Nothing is decided: it can be decided again.
          given = undefined;
          throw error;
        }
        // Whoever is told that it is done finds the record of it.
        await condition(() => isRecorded);
        return known;
      }),
    {
      description: `approve or reject: {"verdict": "approve", "reportDigest": "…", "by": "…", "note": "…"}`,
      validator: (verdict) => {
        const refused = refusedVerdict(
          verdict,
          { ...known, ...(outcome && { outcome }) },
          given,
          MOST_OF_A_NOTE,
        );
        if (refused === undefined) return;
        throw ApplicationFailure.create({
          message: refused.message,
          type: "APPROVAL_REFUSED" satisfies ErrorCode,
          nonRetryable: true,
          details: [{ hint: refused.hint ?? null }],
        });
      },
    },
  );

  const write = (): Promise<void> =>
    CancellationScope.nonCancellable(() => light("write the question down").recordApproval(known));
  const wait = async (): Promise<void> => {
    await write();
    await supersedeOlder(request);
    for (;;) {
      const { step, at } = nextStep(since, request, known.reminders);
      await condition(() => given !== undefined || supersededBy !== undefined, Math.max(1, at - Date.now()));
      // What is being done is waited for, whatever the time.
      if (given !== undefined) await condition(() => outcome !== undefined || given === undefined);
      if (outcome !== undefined) return;
      const label = `${request.model}@${request.version}`;
      if (supersededBy !== undefined) {
        const newer = `${request.model}@${supersededBy}`;
        return end("superseded", `${label} is asked about no more: ${newer} is newer, and is asked about`);
      }
      if (Date.now() < at) continue;
      if (step === "expire") {
        const days = request.expiresAfterDays === 1 ? "a day" : `${request.expiresAfterDays} days`;
        return end("expired", `nobody decided on ${label} within ${days}: that counts as a rejection`);
      }
      const moved = await light("see whether the alias was moved").aliasMoved(request).catch(unlessCancelled);
      if (given !== undefined) continue;
      if (typeof moved === "string")
        return end("overtaken", `${label} is asked about no more: ${moved} since it was asked`);
      known = { ...known, reminders: known.reminders + 1 };
      show();
      // Who waits for a person waits for a store that lets nobody in, too.
      await write().catch(() => undefined);
      if (tells) await remind(known, nextStep(since, request, known.reminders).step === "expire");
    }
  };
  const close = async (): Promise<Approval> => {
    if (outcome !== undefined) known = { ...known, outcome };
    show();
    await write();
    isRecorded = true;
    await condition(allHandlersFinished);
    return known;
  };

  show();
  try {
    await wait();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return CancellationScope.nonCancellable(async () => {
      await condition(() => given === undefined || outcome !== undefined);
      end("withdrawn", `the question about ${request.model}@${request.version} was cancelled in Temporal`);
      const closed = await close();
      if (closed.outcome?.state === "withdrawn") throw error;
      return closed;
    });
  }
  return CancellationScope.nonCancellable(close);
}

/** A question about an older version is over: its answer would be the alias' second move. */
async function supersedeOlder(request: ApprovalRequest): Promise<void> {
  const older = await light("find older questions").olderApprovals(request);
  for (const workflowId of older) {
    const question = getExternalWorkflowHandle(workflowId);
    // It may have ended by itself meanwhile.
    await question.signal(SUPERSEDE_SIGNAL, request.version).catch(unlessCancelled);
  }
}

function unlessCancelled(error: unknown): void {
  if (isCancellation(error)) throw error;
}

const now = (): string => new Date().toISOString();

function light(summary: string, maximumAttempts?: number): ApprovalActivities {
  return proxyActivities<ApprovalActivities>({
    summary,
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: { ...PATIENCE, ...(maximumAttempts === undefined ? {} : { maximumAttempts }) },
  });
}
