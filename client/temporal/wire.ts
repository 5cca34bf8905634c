/** What comes back from Temporal, checked: a worker of another version may have written it. */
import { z } from "zod";
import { isErrorCode } from "../../spec/errors.js";
import type { RunState, StageState } from "../../spec/pipeline/run.js";
import type { PodGroup } from "../../spec/pods/groups.js";
import type { PodReason, PodState } from "../../spec/pods/pod.js";
import { runControlSchema } from "../../spec/steering/schema.js";
import { GRADES, type Warning, type WarningCode } from "../../spec/warnings/warning.js";

export const artifactSchema = z.object({ kind: z.string(), key: z.string(), digest: z.string() });

const STATES = [
  "waiting",
  "running",
  "paused",
  "done",
  "cached",
  "rolled-back",
  "skipped",
  "failed",
  "cancelled",
  "not-run",
] as const satisfies readonly StageState[];

/** Of the newest worker: reasons are shown, and none is asked for by name. */
const podReason = z.string().transform((text) => text as PodReason);
const podGroup = z.string().transform((text) => text as PodGroup);
const podSchema: z.ZodType<PodState> = z.object({
  group: podGroup.exactOptional(),
  lane: z.int().exactOptional(),
  phase: z.enum(["waiting", "starting", "running", "ended"]),
  reason: podReason,
  sentence: z.string(),
  pod: z.string().exactOptional(),
  node: z.string().exactOptional(),
  ended: z.int().exactOptional(),
  lastEnd: z.object({ reason: podReason, sentence: z.string() }).exactOptional(),
  final: z.object({ code: z.string().refine(isErrorCode), hint: z.string() }).exactOptional(),
});

/** Of the newest worker: codes are shown, and none is asked for by name. A grade that is not known counts for most. */
const warnings: z.ZodType<readonly Warning[]> = z.array(
  z.object({
    code: z.string().transform((text) => text as WarningCode),
    about: z.string().exactOptional(),
    grade: z.enum(GRADES).catch("voids"),
    sentence: z.string(),
    advice: z.string(),
  }),
);

/** Answer of the `runState` query. */
export const runStateSchema: z.ZodType<RunState> = z.object({
  runId: z.string(),
  model: z.string(),
  stages: z.array(
    z.object({
      name: z.string(),
      state: z.enum(STATES),
      artifact: artifactSchema.exactOptional(),
      seconds: z.number().exactOptional(),
      paused: z.number().exactOptional(),
      note: z.string().exactOptional(),
      warnings: warnings.exactOptional(),
      shards: z
        .object({ done: z.int(), total: z.int(), etaSeconds: z.number().exactOptional() })
        .exactOptional(),
    }),
  ),
  control: runControlSchema.exactOptional(),
  pod: podSchema.exactOptional(),
  otherPods: z.array(podSchema).exactOptional(),
});

/** Absent in decisions of older workers. */
const foldsSchema = z.object({ count: z.int(), reason: z.string() }).exactOptional();

/** Result of a stage's activity; `findArtifact` may find nothing. */
export const outcomeSchema = z.object({
  artifact: artifactSchema,
  cached: z.boolean(),
  note: z.string(),
  kept: z.boolean().exactOptional(),
  base: z.string().exactOptional(),
  warnings: warnings.exactOptional(),
  decision: z
    .object({ choice: z.string(), stages: z.int(), reason: z.string(), folds: foldsSchema })
    .exactOptional(),
});

/** Heartbeat of a running activity. */
export const progressSchema = z.object({
  phase: z.string(),
  step: z.number(),
  total: z.number(),
  loss: z.number().exactOptional(),
  validationAccuracy: z.number().exactOptional(),
  imagesPerSecond: z.number().exactOptional(),
  etaSeconds: z.number().exactOptional(),
  ageSeconds: z.number().exactOptional(),
  outage: z.object({ since: z.string(), tries: z.number(), why: z.string() }).exactOptional(),
});
