/** What a stage held while it was computed: the ground for its cost. */
import { z } from "zod";

/** What a training worker has to itself. */
export const resourcesSchema = z.object({
  /** Processors that its pod asked for; on a machine of one's own, those that it has. */
  cpus: z.number().min(0),
  /** Absent on a machine of one's own: nobody else is kept from its memory. */
  memoryGiB: z.number().min(0).exactOptional(),
  gpus: z.int().min(0),
  spot: z.literal(true).exactOptional(),
  /** Labels that the pod's node must have. */
  node: z.record(z.string(), z.string()).exactOptional(),
});
export type Resources = z.output<typeof resourcesSchema>;

export const usageSchema = z.object({
  /** The run that computed the artifact. */
  run: z.string(),
  /** Id of the workflow with which it all began (`spec/pipeline/lineage.ts`); absent in older artifacts. */
  lineage: z.string().exactOptional(),
  /** From the attempt's first look to the commit; of attempts that died before it, what they last told. */
  seconds: z.number().min(0),
  /** Processor time of the engine, all threads together. */
  cpuSeconds: z.number().min(0),
  resources: resourcesSchema,
});
export type Usage = z.output<typeof usageSchema>;

/** An answer with what a worker held while it computed it; without, where it was there already. */
export type Metered<Answer> = Answer & { readonly usage?: Usage };
