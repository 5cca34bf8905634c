/** What each command writes under `--json`, as `docs/schemas/cli/` has it. Public API. */
import type { z } from "zod";
import { logLineSchema } from "../../log.js";
import { reportSchema } from "../records/report.js";
import { approvalSchema } from "../store/approval.js";
import { tickSchema } from "../store/tick.js";
import { compareSchema } from "./compare.js";
import { diffSchema } from "./diff.js";
import { driftSchema } from "./drift.js";
import { lineageSchema } from "./lineage.js";
import {
  completionSchema,
  doctorSchema,
  downSchema,
  errorLineSchema,
  gcSchema,
  servicesSchema,
} from "./machine.js";
import {
  approvalsSchema,
  baseSchema,
  basesSchema,
  deliveriesSchema,
  exportSchema,
  knownBasesSchema,
  modelHistorySchema,
  modelSchema,
  modelsSchema,
  movedAliasSchema,
  predictSchema,
  removedBaseSchema,
  startedRetrainingSchema,
  ticksSchema,
  unaliasSchema,
} from "./models.js";
import { provenSchema } from "./proof.js";
import {
  cancelSchema,
  explainSchema,
  getSchema,
  gotFilesSchema,
  initSchema,
  pinSchema,
  planSchema,
  resumeSchema,
  runSchema,
  runsSchema,
  startedRunSchema,
  steerSchema,
} from "./runs.js";
import {
  scheduleAppliedSchema,
  scheduleBackfilledSchema,
  scheduleDeletedSchema,
  scheduleListSchema,
  scheduleShowSchema,
  scheduleSwitchedSchema,
  scheduleTriggeredSchema,
} from "./schedules.js";

export interface CommandOutput {
  /** As on the command line, without `thaw`. */
  readonly commands: readonly string[];
  /** What a document may be, by the case in which it is written. */
  readonly documents: Readonly<Record<string, z.ZodType>>;
}

const documents = (schema: z.ZodType): CommandOutput["documents"] => ({ document: schema });

export const CLI_SCHEMAS: Readonly<Record<string, CommandOutput>> = {
  bases: {
    commands: ["bases"],
    documents: { list: basesSchema, search: knownBasesSchema, add: baseSchema, remove: removedBaseSchema },
  },
  completion: { commands: ["completion"], documents: documents(completionSchema) },
  doctor: { commands: ["doctor"], documents: documents(doctorSchema) },
  error: { commands: [], documents: documents(errorLineSchema) },
  explain: { commands: ["explain"], documents: documents(explainSchema) },
  export: { commands: ["export"], documents: documents(exportSchema) },
  gc: { commands: ["gc"], documents: documents(gcSchema) },
  get: { commands: ["get"], documents: { "without WHAT": getSchema, "with WHAT": gotFilesSchema } },
  init: { commands: ["init"], documents: documents(initSchema) },
  logs: { commands: ["logs"], documents: { line: logLineSchema } },
  models: {
    commands: [
      ...["models", "compare", "diff", "lineage", "prove", "promote", "rollback"],
      ...["retrain", "schedule", "approve", "reject", "approvals", "notifications", "drift"],
    ],
    documents: {
      list: modelsSchema,
      alias: modelSchema,
      unalias: unaliasSchema,
      history: modelHistorySchema,
      "promote and rollback": movedAliasSchema,
      compare: compareSchema,
      diff: diffSchema,
      lineage: lineageSchema,
      prove: provenSchema,
      ticks: ticksSchema,
      drift: driftSchema,
      retrain: tickSchema,
      "retrain detached": startedRetrainingSchema,
      "approve and reject": approvalSchema,
      approvals: approvalsSchema,
      "schedule apply": scheduleAppliedSchema,
      "schedule list": scheduleListSchema,
      "schedule show": scheduleShowSchema,
      "schedule pause and unpause": scheduleSwitchedSchema,
      "schedule trigger": scheduleTriggeredSchema,
      "schedule backfill": scheduleBackfilledSchema,
      "schedule delete": scheduleDeletedSchema,
      "notifications test": deliveriesSchema,
    },
  },
  pin: { commands: ["pin", "unpin"], documents: documents(pinSchema) },
  plan: { commands: ["plan"], documents: documents(planSchema) },
  predict: { commands: ["predict"], documents: documents(predictSchema) },
  report: { commands: ["report"], documents: documents(reportSchema) },
  resume: { commands: ["resume"], documents: { run: runSchema, "detached or dry": resumeSchema } },
  run: {
    commands: ["run", "watch", "cancel"],
    documents: { run: runSchema, detached: startedRunSchema, cancel: cancelSchema },
  },
  runs: { commands: ["runs"], documents: documents(runsSchema) },
  services: { commands: ["up", "status", "down"], documents: { services: servicesSchema, down: downSchema } },
  steering: { commands: ["pause", "unpause", "set", "stop"], documents: documents(steerSchema) },
};
