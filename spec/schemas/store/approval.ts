/** Approvals: a version that a person is asked about, and what became of it. */
import { z } from "zod";
import { MOST_OF_A_NOTE } from "../../records/aliasDecision.js";
import { APPROVAL_ENDS, type Approval, MOST_OF_NAME } from "../../retraining/approval.js";
import { schemaOf } from "../exact.js";
import {
  countSchema,
  digestSchema,
  nameSchema,
  runIdSchema,
  shareSchema,
  timeSchema,
  versionSchema,
} from "../parts.js";

const decisionSchema = z.object({
  verdict: z.enum(["approve", "reject"]),
  reportDigest: digestSchema,
  by: z.string().max(MOST_OF_NAME).describe("As they said themselves."),
  note: z.string().max(MOST_OF_A_NOTE).exactOptional(),
  at: timeSchema,
  identity: z
    .string()
    .exactOptional()
    .describe("Of the client that sent the decision, as Temporal's history has it; its own word, too."),
});

export const approvalSchema = schemaOf<Approval>()(
  z.object({
    workflowId: z.string(),
    request: z.object({
      model: nameSchema,
      version: versionSchema.describe("That is asked about."),
      alias: nameSchema.describe("That would mean it."),
      aliasEntry: countSchema.describe(
        "Number of the alias' newest entry when it was asked; 0: there was none.",
      ),
      inUse: versionSchema.exactOptional().describe("What the alias meant then; absent: nothing."),
      runId: runIdSchema,
      reportDigest: digestSchema.describe("Of the report; a decision on another one is refused."),
      testAccuracy: shareSchema,
      evidence: z
        .object({ record: z.string(), digest: digestSchema })
        .exactOptional()
        .describe("The proof; absent where no version was in use."),
      sentence: z.string().describe("What speaks for it."),
      requestedBy: z.object({
        workflowId: z.string(),
        schedule: z.string().exactOptional(),
        person: z
          .string()
          .exactOptional()
          .describe("As they said themselves; absent where a schedule asked."),
      }),
      secondPerson: z.boolean(),
      expiresAfterDays: z.number(),
      remindAfterHours: z.number(),
    }),
    since: timeSchema,
    expires: timeSchema,
    reminders: countSchema.describe("How often it was asked again."),
    outcome: z
      .object({
        state: z.enum(APPROVAL_ENDS),
        at: timeSchema,
        sentence: z.string(),
        decision: decisionSchema.exactOptional().describe("Absent where nobody decided."),
        aliasEntry: z.int().min(1).exactOptional().describe("Number of the alias' entry that was made."),
      })
      .exactOptional()
      .describe("Absent while it waits."),
  }),
);
