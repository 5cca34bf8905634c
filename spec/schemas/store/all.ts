/** Every kind of record in the bucket, as `docs/schemas/store/` has it. Files within artifacts are none. */
import type { z } from "zod";
import { logLineSchema } from "../../log.js";
import { controlFileSchema } from "../../steering/schema.js";
import { sealSchema } from "../parts.js";
import { modelVersionSchema, registeredBaseSchema } from "../records/model.js";
import { runResultSchema } from "../records/run.js";
import { approvalSchema } from "./approval.js";
import { artifactManifestSchema, redirectSchema } from "./artifact.js";
import { checkpointManifestSchema, claimSchema } from "./checkpoint.js";
import { driftRecordSchema } from "./drift.js";
import { modelProofSchema, newestAnswersSchema } from "./proof.js";
import { scheduleSchema, scheduleSwitchSchema, silenceSchema } from "./schedule.js";
import { aliasDecisionSchema, aliasSchema, checkpointTimeSchema, sinceSchema } from "./small.js";
import { tickSchema } from "./tick.js";
import { uploadListSchema } from "./upload.js";

export interface StoredKind {
  readonly schema: z.ZodType;
  /** Where such objects lie in the bucket. */
  readonly where: string;
  readonly what: string;
}

const withSeal = (schema: z.ZodObject): z.ZodType => schema.extend({ seal: sealSchema });

export const STORE_SCHEMAS: Readonly<Record<string, StoredKind>> = {
  run: { schema: withSeal(runResultSchema), where: "runs/RUN.json", what: "A run that ended well." },
  model: {
    schema: modelVersionSchema,
    where: "models/NAME/vN.json",
    what: "A registered version of a model.",
  },
  alias: {
    schema: withSeal(aliasSchema),
    where: "models/NAME/aliases/ALIAS.json",
    what: "The version that an alias means, as thaw wrote it before aliases had a log.",
  },
  "alias-decision": {
    schema: aliasDecisionSchema,
    where: "models/NAME/aliases/ALIAS/NNNNNN.json",
    what: "An entry of an alias' log; the newest says what it means. Entries are only ever added.",
  },
  proof: {
    schema: modelProofSchema,
    where: "models/NAME/proofs/NNNNNN.json",
    what: "A version held against the one in use, on the images that both held out: a look at them.",
  },
  "models/answers": {
    schema: withSeal(newestAnswersSchema),
    where: "models/NAME/answers/KEY.json",
    what: "What the version in use answers to test images of a newer one that it has never seen.",
  },
  tick: {
    schema: tickSchema,
    where: "models/NAME/ticks/TIME-ID.json",
    what: "A look at a model's images and what it came to, also where nothing was to do.",
  },
  "models/drift": {
    schema: withSeal(driftRecordSchema),
    where: "models/NAME/drift/KEY.json",
    what: "New images held against those that the version in use was evaluated on.",
  },
  approval: {
    schema: withSeal(approvalSchema),
    where: "approvals/NAME-vN/TIME.json",
    what: "A version that a person was asked about, and what became of it.",
  },
  schedule: {
    schema: withSeal(scheduleSchema),
    where: "schedules/ID.json",
    what: "When a model's images are looked at, and how: what Temporal's schedule is made from.",
  },
  "schedule-switch": {
    schema: withSeal(scheduleSwitchSchema),
    where: "schedules/ID/switches/TIME.json",
    what: "A pause of a schedule, or its end.",
  },
  "schedules/silence": {
    schema: withSeal(silenceSchema),
    where: "schedules/ID/silences/SINCE.json",
    what: "Looks of a schedule that did not take place, of which the endpoints of notifications were told.",
  },
  base: {
    schema: registeredBaseSchema,
    where: "bases/NAME/vN.json",
    what: "A version of a base that `thaw bases add` registered.",
  },
  pin: {
    schema: withSeal(sinceSchema),
    where: "pins/RUN.json",
    what: "A run that garbage collection keeps.",
  },
  upload: {
    schema: withSeal(uploadListSchema),
    where: "uploads/DIGEST/images.json",
    what: "Uploaded images.",
  },
  "upload-reference": {
    schema: withSeal(sinceSchema),
    where: "uploads/DIGEST/runs/RUN.json",
    what: "A run that reads an upload.",
  },
  control: {
    schema: withSeal(controlFileSchema),
    where: "control/RUN.json",
    what: "Commands on their way to the run's training activity.",
  },
  artifact: {
    schema: artifactManifestSchema,
    where: "artifacts/KIND/KEY/manifest.json",
    what: "The manifest of an artifact; its data are `objects/`, by digest.",
  },
  redirect: {
    schema: withSeal(redirectSchema),
    where: "redirects/RUN/KEY.json",
    what: "The other key under which a run's stage is made.",
  },
  checkpoint: {
    schema: checkpointManifestSchema,
    where: "checkpoints/STAGEKEY/RUN/FENCE-SEQUENCE.json",
    what: "The manifest of a checkpoint; its data lie beside it.",
  },
  fence: { schema: withSeal(claimSchema), where: "fences/STAGEKEY/N.json", what: "An attempt at a stage." },
  "checkpoint-time": {
    schema: withSeal(checkpointTimeSchema),
    where: "measured/checkpoint-time/MODEL.json",
    what: "How long a model's checkpoints take.",
  },
  "log-line": {
    schema: logLineSchema,
    where: "a line of logs/RUN/STAGE/ATTEMPT/NNNNNN.jsonl",
    what: "A line of a run's log; other keys depend on the line.",
  },
};
