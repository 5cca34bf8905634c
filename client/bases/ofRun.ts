/** The bases that a run was started with, which it needs for as long as it goes on. */
import { z } from "zod";
import type { BaseSpec } from "../../spec/base.js";
import type { TemporalAccess } from "../temporal/call.js";
import { fetchEvents, type History, inputIn } from "../temporal/eventHistory.js";
import { artifactSchema } from "../temporal/wire.js";

/** What of a base lies in the store. */
export type StoredBase = Pick<BaseSpec, "checkpoint" | "layers" | "tunedOn">;

const storedSchema: z.ZodType<StoredBase> = z.object({
  checkpoint: z.object({ digest: z.string(), size: z.number() }).exactOptional(),
  layers: z.array(artifactSchema),
  tunedOn: z.array(artifactSchema).exactOptional(),
});

const inputSchema = z.object({
  base: storedSchema.optional(),
  candidates: z.record(z.string(), storedSchema).optional(),
});

export async function basesOfRun(session: TemporalAccess, runId: string): Promise<readonly StoredBase[]> {
  return basesIn(await fetchEvents(session, runId));
}

/** None where another version of thaw started the run in another way. */
export function basesIn(history: History): readonly StoredBase[] {
  const { base, candidates = {} } = inputSchema.safeParse(inputIn(history)).data ?? {};
  return [...(base === undefined ? [] : [base]), ...Object.values(candidates)];
}
