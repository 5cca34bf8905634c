/** Does what a person decided on a version, once, and writes down who said so. */
import { Context } from "@temporalio/activity";
import { ThawError } from "../../spec/errors.js";
import { type AliasDecision, MOST_OF_A_NOTE, type NewDecision } from "../../spec/records/aliasDecision.js";
import type {
  Approval,
  ApprovalActivities,
  ApprovalOutcome,
  ApprovalRequest,
  Decision,
} from "../../spec/retraining/approval.js";
import { decideAlias, newestDecision } from "../../store/records/aliases.js";
import type { ControlDependencies } from "../context.js";

/** @throws ThawError STORE_… */
export async function carryOut(
  dependencies: ControlDependencies,
  { approval, decision, updateId }: Parameters<ApprovalActivities["carryOut"]>[0],
): Promise<ApprovalOutcome> {
  const identity = await senderOf(updateId);
  return decide(dependencies, approval, { ...decision, ...(identity === undefined ? {} : { identity }) });
}

/**
 * The same decision again has the same outcome.
 * @throws ThawError STORE_…
 */
export async function decide(
  { store }: Pick<ControlDependencies, "store">,
  { request }: Approval,
  decision: Decision,
): Promise<ApprovalOutcome> {
  const { model, version, alias, aliasEntry, reportDigest, evidence, sentence } = request;
  const label = `${model}@${version}`;
  const { by, at, note } = decision;
  const why = note === undefined ? "" : `: ${note}`;
  if (decision.verdict === "reject")
    return { state: "rejected", at, sentence: `${by} rejected ${label}${why}`, decision };
  const entry: NewDecision = {
    ...{ version, at, by, how: "approved", reportDigest },
    ...(evidence === undefined ? {} : { evidence }),
    note: (note ?? sentence).slice(0, MOST_OF_A_NOTE),
  };
  let made: AliasDecision;
  try {
    made = await decideAlias(store, model, alias, entry, aliasEntry);
  } catch (error) {
    if (!(error instanceof ThawError && error.code === "ALIAS_MOVED")) throw error;
    return {
      ...{ state: "overtaken", at, decision },
      sentence: `${by} approved ${label}, and nothing was done: ${error.message} since it was asked`,
    };
  }
  return {
    ...{ state: "approved", at, decision, aliasEntry: made.seq },
    sentence: `${by} approved ${label}, which is ${model}@${alias} now${why}`,
  };
}

/** @throws ThawError STORE_… */
export async function aliasMoved(
  { store }: Pick<ControlDependencies, "store">,
  { model, alias, aliasEntry }: ApprovalRequest,
): Promise<string | null> {
  const newest = await newestDecision(store, model, alias);
  if (newest === undefined || newest.seq <= aliasEntry) return null;
  const { version, by, at } = newest;
  return `${model}@${alias} was moved meanwhile by ${by} (${version === null ? "removed" : `version ${version}`}, ${at})`;
}

/** A workflow is not told who sends an update; the history says what the client called itself. */
async function senderOf(updateId: string): Promise<string | undefined> {
  const { client, info } = Context.current();
  const { workflowId, runId } = info.workflowExecution ?? {};
  if (workflowId === undefined) return undefined;
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  for (const event of events ?? []) {
    const meta = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta;
    if (meta?.updateId === updateId && meta.identity) return meta.identity;
  }
  return undefined;
}
