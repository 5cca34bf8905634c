/** A question to a person about a version, for tests of what becomes of it. */
import type { Approval } from "../../../spec/retraining/approval.js";

export const APPROVAL: Approval = {
  workflowId: "approve-digits-v2",
  since: "2026-01-01T00:00:00.000Z",
  expires: "2026-01-08T00:00:00.000Z",
  reminders: 0,
  request: {
    ...{ model: "digits", version: 2, alias: "champion", aliasEntry: 1, inUse: 1 },
    runId: "digits-20260101-000000-abcd",
    reportDigest: "d".repeat(64),
    testAccuracy: 0.942,
    evidence: { record: "models/digits/proofs/000001.json", digest: "e".repeat(64) },
    sentence: "94.2 % instead of 91.0 %: better",
    requestedBy: { workflowId: "retrain-digits-1", person: "ann@desk" },
    ...{ secondPerson: false, expiresAfterDays: 7, remindAfterHours: 24 },
  },
};
