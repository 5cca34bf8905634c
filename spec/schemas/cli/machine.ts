/** JSON of the commands about this machine: `thaw doctor`, `up`, `status`, `down` and `gc`; and of errors. */
import { z } from "zod";
import { countSchema } from "../parts.js";
import { damagedSchema } from "./damaged.js";

export const checkSchema = z.object({
  name: z.string(),
  purpose: z.string().describe("What it is for, in one line."),
  state: z.enum(["ok", "missing", "optional"]),
  where: z.string().exactOptional().describe("Path, address or URL."),
  version: z.string().exactOptional(),
  problem: z.string().exactOptional(),
  fix: z.string().exactOptional().describe("The command that mends it."),
});

export const doctorSchema = z.object({
  healthy: z.boolean().describe("False when something that `thaw` needs is missing or does not answer."),
  checks: z.array(checkSchema),
});

const serviceSchema = z.object({
  name: z.enum(["temporal", "s3", "control-worker", "training-worker"]),
  running: z.boolean(),
  ready: z.boolean().describe("It has answered since its process was started."),
  pid: countSchema.exactOptional(),
  address: z.string().exactOptional().describe("`host:port` of a server."),
  url: z.string().exactOptional().describe("Temporal's web UI, or the S3 endpoint."),
  uptimeSeconds: z.number().exactOptional(),
  restarts: countSchema.describe("How often the supervisor has started it again."),
  logFile: z.string(),
  memoryBytes: countSchema
    .exactOptional()
    .describe("Resident memory of the process and of those it has started, the engine for instance."),
});

export const servicesSchema = z.object({
  up: z.boolean().describe("Whether all four services serve."),
  projectFolder: z.string().describe("Absolute path of the folder that holds `.thaw/`."),
  supervised: z.boolean().describe("Whether a supervisor is there to keep the services alive."),
  supervisorPid: countSchema.exactOptional(),
  services: z.array(serviceSchema),
  work: z
    .object({
      folder: z.string(),
      bytes: countSchema,
      scratchBytes: countSchema.describe("Activations, which are kept within `THAW_SCRATCH_GB`."),
    })
    .exactOptional()
    .describe("Of `thaw status`: files on this machine that can be fetched or computed again."),
});

/** Of `thaw down`. */
export const completionSchema = z.object({
  shell: z.enum(["bash", "zsh", "fish"]),
  script: z.string().describe("To be read by the shell."),
});

export const downSchema = z.object({ projectFolder: z.string(), stopped: z.literal(true) });

export const gcPartSchema = z.object({ count: countSchema, bytes: countSchema });

export const gcSchema = z.object({
  removed: z.boolean().describe("False after `--dry-run`: nothing was removed."),
  runs: z.array(z.string()).describe("Ids of runs whose records go."),
  artifacts: gcPartSchema,
  objects: gcPartSchema,
  logs: gcPartSchema.describe("Of runs that are not kept any more."),
  traces: gcPartSchema.describe("Checkpoints, claims and commands of old runs."),
  uploads: gcPartSchema.describe("Lists of uploaded images that no run refers to any more."),
  local: gcPartSchema.extend({ paths: z.array(z.string()) }).describe("On this machine."),
  jobs: z
    .object({ namespace: z.string(), orphans: z.array(z.string()), unknown: z.array(z.string()) })
    .exactOptional()
    .describe("With `--kubernetes`: Jobs whose runs are over, and those of unknown runs, which stay."),
  kept: gcPartSchema.describe("What stays in the store."),
  damaged: damagedSchema
    .exactOptional()
    .describe("Records that cannot be read: whatever they might refer to stays."),
});

export const errorSchema = z.object({
  code: z
    .string()
    .describe(
      "Stable; `USAGE` for a wrong command line, `UNEXPECTED` for a bug, else a code of `spec/errors.ts`.",
    ),
  message: z.string().describe("What is wrong, and where."),
  hint: z.string().exactOptional().describe("What to do about it."),
  exitCode: z.int().describe("1 the run failed, 2 wrong usage or input, 4 platform unreachable."),
});

/** What a command that fails writes to stderr under `--json`, on one line. */
export const errorLineSchema = z.object({ error: errorSchema });
