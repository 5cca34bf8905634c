/** The bases that a run was started with, which it needs for as long as it goes on. */
import { z } from "zod";
import type { BaseSpec } from "../spec/base.js";
import { decode } from "./payloads.js";
import type { History } from "./runHistory.js";
import { type TemporalAccess, temporalCall } from "./temporalCall.js";

/** What of a base lies in the store. */
export type StoredBase = Pick<BaseSpec, "checkpoint" | "layers" | "tunedOn">;

const refsSchema = z.array(z.object({ kind: z.string(), key: z.string(), digest: z.string() }));
const storedSchema: z.ZodType<StoredBase> = z.object({
  checkpoint: z.object({ digest: z.string(), size: z.number() }).exactOptional(),
  layers: refsSchema,
  tunedOn: refsSchema.exactOptional(),
});

const inputSchema = z.object({
  base: storedSchema.optional(),
  candidates: z.record(z.string(), storedSchema).optional(),
});

export async function basesOfRun(session: TemporalAccess, runId: string): Promise<readonly StoredBase[]> {
  return basesIn(
    await temporalCall(session, "reading the run's history", () =>
      session.temporal.workflow.getHandle(runId).fetchHistory(),
    ),
  );
}

/** None where another version of thaw started the run in another way. */
export function basesIn({ events }: History): readonly StoredBase[] {
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const { base, candidates = {} } = inputSchema.safeParse(decode(payload)).data ?? {};
  return [...(base === undefined ? [] : [base]), ...Object.values(candidates)];
}
