/** One service as data: how to run it, what it needs, how to tell that it is ready. */
import { z } from "zod";
import { SERVICE_NAMES } from "./names.js";

const name = z.enum(SERVICE_NAMES);

/** How to tell that a service is ready. */
const readinessSchema = z.discriminatedUnion("by", [
  /** Answers this URL with 200. */
  z.object({ by: z.literal("http"), url: z.string() }),
  /** Its bucket is there, for these credentials. */
  z.object({
    by: z.literal("bucket"),
    endpoint: z.string(),
    bucket: z.string(),
    region: z.string(),
    accessKey: z.string(),
    secretKey: z.string(),
  }),
  /** Has written a JSON line with `ready: true` and this `worker` to its log. */
  z.object({ by: z.literal("line"), worker: z.string() }),
]);

export const serviceSpecSchema = z.object({
  name,
  /** Executable, an absolute path. */
  command: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  /** Added to the supervisor's environment, or all of it. */
  env: z.record(z.string(), z.string()),
  inheritEnv: z.boolean(),
  logFile: z.string(),
  /** Starts when these are ready, stops before them. */
  needs: z.array(name),
  /** Seconds from SIGTERM to SIGKILL. */
  grace: z.number(),
  readiness: readinessSchema,
});

export type Readiness = z.output<typeof readinessSchema>;
export type ServiceSpec = z.output<typeof serviceSpecSchema>;
