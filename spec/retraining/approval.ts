/** A person's word on a version: what is asked, what may be answered, and when it is asked again. */
import type { ModelSpec } from "../runFile/model.js";
import { APPROVAL_TERMS } from "./terms.js";

/** Name of the workflow. */
export const APPROVAL_TYPE = "approval";
/** Update that takes a {@link Verdict}; answers with the {@link Approval} as it ended. */
export const DECIDE_UPDATE = "decide";
/** Query that answers with the {@link Approval}. */
export const APPROVAL_STATE_QUERY = "approvalState";
/** Signal: this version of the model is asked about now, so that the older question is over. */
export const SUPERSEDE_SIGNAL = "supersede";

/** Id of the workflow: of two questions about one version at the same time there is one. */
export const approvalId = (model: string, version: number): string => `approve-${model}-v${version}`;

export interface ApprovalRequest {
  readonly model: string;
  readonly version: number;
  readonly alias: string;
  /** Number of the alias' entry that was looked at, 0 for none. */
  readonly aliasEntry: number;
  /** The version that the alias means; absent where it means none. */
  readonly inUse?: number;
  /** The run that made the version. */
  readonly runId: string;
  /** Digest of the report on the version. */
  readonly reportDigest: string;
  /** In [0, 1], on the held-out images. */
  readonly testAccuracy: number;
  /** The proof that it may take the place; absent where no version was in use. */
  readonly evidence?: { readonly record: string; readonly digest: string };
  /** What speaks for it, with figures. */
  readonly sentence: string;
  readonly requestedBy: {
    /** The retraining that asks. */
    readonly workflowId: string;
    readonly schedule?: string;
    /** Who started it, as they said themselves; absent where a schedule did. */
    readonly person?: string;
  };
  /** Whether the person who asked may not answer. */
  readonly secondPerson: boolean;
  readonly expiresAfterDays: number;
  /** 0: never. */
  readonly remindAfterHours: number;
}

/** The run file's words for how a person is asked; a client from before these keys sends none. */
export function termsOf({
  second_person = APPROVAL_TERMS.second_person,
  expires_after_days = APPROVAL_TERMS.expires_after_days,
  remind_after_hours = APPROVAL_TERMS.remind_after_hours,
}: Partial<ModelSpec>): Pick<ApprovalRequest, "secondPerson" | "expiresAfterDays" | "remindAfterHours"> {
  return {
    secondPerson: second_person,
    expiresAfterDays: expires_after_days,
    remindAfterHours: remind_after_hours,
  };
}

/** What a person answers: argument of the update. */
export interface Verdict {
  readonly verdict: "approve" | "reject";
  /** Of the report that they read. */
  readonly reportDigest: string;
  /** Who they say that they are. */
  readonly by: string;
  readonly note?: string;
}

/** An answer as it is kept. */
export interface Decision extends Verdict {
  readonly at: string;
  /**
   * The client that sent it, as Temporal's history has it: what that client says of itself, unless the server checks who
   * connects. Absent where it said nothing.
   */
  readonly identity?: string;
}

export const APPROVAL_ENDS = [
  "approved",
  "rejected",
  /** Nobody answered in time: as good as rejected. */
  "expired",
  /** A newer version of the model is asked about. */
  "superseded",
  /** The alias has been moved since it was asked: it stays where it is, approved or not. */
  "overtaken",
  /** The workflow was cancelled. */
  "withdrawn",
] as const;

export interface ApprovalOutcome {
  readonly state: (typeof APPROVAL_ENDS)[number];
  readonly at: string;
  readonly sentence: string;
  /** Absent where nobody answered. */
  readonly decision?: Decision;
  /** Number of the alias' entry that was made. */
  readonly aliasEntry?: number;
}

/** A question and what became of it, `approvals/MODEL-vN/TIME.json`. */
export interface Approval {
  readonly workflowId: string;
  readonly request: ApprovalRequest;
  /** When it was asked, ISO 8601. */
  readonly since: string;
  readonly expires: string;
  /** How often it was asked again. */
  readonly reminders: number;
  /** Absent while it waits. */
  readonly outcome?: ApprovalOutcome;
}

/** Light activities of approval, on the control worker. */
export interface ApprovalActivities {
  /** Writes the record; again and again the same one. */
  recordApproval(approval: Approval): Promise<void>;
  /** Who has moved the alias since it was asked, as a sentence; null: nobody. */
  aliasMoved(request: ApprovalRequest): Promise<string | null>;
  /** Questions about older versions for the same alias that nobody has answered: ids of their workflows. */
  olderApprovals(request: ApprovalRequest): Promise<readonly string[]>;
  /** Does what was decided, once: points the alias at the version, or leaves it. */
  carryOut(request: {
    readonly approval: Approval;
    readonly decision: Decision;
    /** Of the update that brought it, by which the history says who sent it. */
    readonly updateId: string;
  }): Promise<ApprovalOutcome>;
}

export interface Refused {
  readonly message: string;
  readonly hint?: string;
}

/** Characters of a name: it stands in tables and in the Temporal UI. */
export const MOST_OF_NAME = 200;

/**
 * Why an answer cannot be taken.
 * @param verdict of whoever: it may be anything
 * @param given the answer that was given already
 * @param mostOfNote characters
 * @returns undefined for one that can
 */
export function refusedVerdict(
  verdict: unknown,
  { request, outcome }: Approval,
  given: Decision | undefined,
  mostOfNote: number,
): Refused | undefined {
  const label = `${request.model}@${request.version}`;
  const malformed = malformedVerdict(verdict, mostOfNote);
  if (malformed !== undefined)
    return {
      message: `the decision on ${label} cannot be read: ${malformed}`,
      hint: `{"verdict": "approve" or "reject", "reportDigest": "${request.reportDigest}", "by": "NAME", "note": "WHY"}`,
    };
  const { reportDigest, by } = verdict as Verdict;
  if (outcome !== undefined)
    return { message: outcome.sentence, hint: `nothing waits for a decision on ${label}` };
  if (given !== undefined)
    return { message: `${label} was decided at ${given.at} by ${given.by}: ${given.verdict}` };
  if (reportDigest !== request.reportDigest)
    return {
      message: `the decision is on another report on ${label} (${reportDigest.slice(0, 12)}) than the one that was made (${request.reportDigest.slice(0, 12)})`,
      hint: `read that one: \`thaw report ${request.runId} --open\``,
    };
  const { person } = request.requestedBy;
  if (request.secondPerson && person !== undefined && isSamePerson(person, by))
    return {
      message: `${label} needs a second person: ${person} asked for it, and ${by} may be the same`,
      hint: "model.second_person of the run file says so; somebody else has to decide",
    };
  return undefined;
}

function malformedVerdict(value: unknown, mostOfNote: number): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is no JSON object";
  const { verdict, reportDigest, by, note } = value as Partial<Record<keyof Verdict, unknown>>;
  if (verdict !== "approve" && verdict !== "reject") return "`verdict` is neither approve nor reject";
  if (typeof reportDigest !== "string" || !/^[0-9a-f]{64}$/.test(reportDigest))
    return "`reportDigest` is no digest of 64 hex digits";
  if (typeof by !== "string" || by.trim() === "" || by.length > MOST_OF_NAME)
    return `\`by\` is no name of 1 to ${MOST_OF_NAME} characters`;
  if (note !== undefined && (typeof note !== "string" || note.trim() === "" || note.length > mostOfNote))
    return `\`note\` is no text of 1 to ${mostOfNote} characters`;
  return undefined;
}

/** Names are claims: of one user on two machines nobody can say that they are two. */
function isSamePerson(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => (name.split("@")[0] ?? "").trim().toLowerCase());
  return a === b;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Each is a few events of the history, which is bounded. */
export const MOST_REMINDERS = 60;

/** When a question is over, in ms since 1970. */
export const expiryOf = (since: number, { expiresAfterDays }: ApprovalRequest): number =>
  since + expiresAfterDays * DAY_MS;

/**
 * What comes next where nobody answers.
 * @param since when it was asked, in ms since 1970, like what is returned
 */
export function nextStep(
  since: number,
  request: ApprovalRequest,
  reminders: number,
): { readonly step: "remind" | "expire"; readonly at: number } {
  const expires = expiryOf(since, request);
  const reminder = since + (reminders + 1) * request.remindAfterHours * HOUR_MS;
  const reminds = request.remindAfterHours > 0 && reminders < MOST_REMINDERS && reminder < expires;
  return reminds ? { step: "remind", at: reminder } : { step: "expire", at: expires };
}
