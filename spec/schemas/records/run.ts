/** Schemas of a run's result and live state, `spec/pipeline/run.ts`. */
import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../../errors.js";
import type { LiveStage, RunResult, StageState } from "../../pipeline/run.js";
import type { PodReason, PodState } from "../../pods/pod.js";
import { POD_STAGES } from "../../pods/stages.js";
import { steerRecordSchema } from "../../steering/schema.js";
import { schemaOf } from "../exact.js";
import {
  artifactRefSchema,
  artifactsSchema,
  countSchema,
  intervalSchema,
  nameSchema,
  runIdSchema,
  shareSchema,
  versionSchema,
} from "../parts.js";
import { foldsInBriefSchema } from "./folds.js";
import { resemblanceInBriefSchema } from "./resemblance.js";
import { progressSchema } from "./training.js";
import { warningsSchema } from "./warning.js";

export const errorCodeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

export const runResultSchema = schemaOf<RunResult>()(
  z.object({
    runId: runIdSchema,
    model: nameSchema,
    version: versionSchema,
    testAccuracy: shareSchema,
    testAccuracyInterval: intervalSchema,
    byStage: z.array(
      z.object({
        stage: z.string(),
        accuracy: z
          .number()
          .describe(
            "Of the model as it went on after the stage: where that was rolled back, of the one before it.",
          ),
        rolledBack: z
          .object({ validationAccuracy: z.number().exactOptional(), before: z.number() })
          .exactOptional()
          .describe(
            "The stage's own validation accuracy, if it came to one, and the one before it; absent where the stage was kept.",
          ),
      }),
    ),
    scratch: z.object({ accuracy: z.number(), seconds: z.number() }).exactOptional(),
    folds: foldsInBriefSchema.exactOptional(),
    resemblance: resemblanceInBriefSchema.exactOptional(),
    warnings: warningsSchema.exactOptional(),
    artifacts: artifactsSchema,
    resumedFrom: z.string().exactOptional(),
    lineage: z
      .string()
      .exactOptional()
      .describe("Id of the workflow with which it all began: of the retraining, or of the first run."),
    steering: z.array(steerRecordSchema).exactOptional(),
  }),
);

const stateSchema = schemaOf<StageState>()(
  z.enum([
    "waiting",
    "running",
    "paused",
    "done",
    "cached",
    "rolled-back",
    "skipped",
    "not-run",
    "failed",
    "cancelled",
  ]),
);

export const liveStageSchema = schemaOf<LiveStage>()(
  z.object({
    name: z.string(),
    state: stateSchema,
    artifact: artifactRefSchema.exactOptional(),
    seconds: z.number().exactOptional().describe("Without its pauses."),
    paused: z
      .number()
      .exactOptional()
      .describe("Seconds for which pauses held it after it had begun, besides `seconds`."),
    waited: z.number().exactOptional(),
    note: z.string().exactOptional(),
    warnings: warningsSchema.exactOptional(),
    attempt: z.int().exactOptional().describe("Of the running activity, from 1."),
    progress: progressSchema.exactOptional(),
    lastFailure: z.string().exactOptional().describe("Of the last failed attempt, while it is tried again."),
  }),
);

const reasonSchema = schemaOf<PodReason>()(
  z.enum([
    "creating",
    "held",
    "unschedulable",
    "quota",
    "admission",
    "scheduled",
    "pulling",
    "image-pull",
    "container",
    "volume",
    "running",
    "leaving",
    "crash-loop",
    "out-of-memory",
    "evicted",
    "preempted",
    "node-lost",
    "killed",
    "crashed",
    "deadline",
    "settings",
    "ended",
    "gone",
  ]),
);

export const podStateSchema = schemaOf<PodState>()(
  z.object({
    group: z.enum(POD_STAGES).exactOptional(),
    lane: z.int().exactOptional(),
    phase: z.enum(["waiting", "starting", "running", "ended"]),
    reason: reasonSchema,
    sentence: z.string(),
    pod: z.string().exactOptional(),
    node: z.string().exactOptional(),
    ended: countSchema.exactOptional(),
    lastEnd: z.object({ reason: reasonSchema, sentence: z.string() }).exactOptional(),
    final: z.object({ code: errorCodeSchema, hint: z.string() }).exactOptional(),
  }),
);
