/** The price table, and what a stage costs by it. */
import { z } from "zod";
import type { Resources, Usage } from "./records/usage.js";

const price = z.number().min(0);
const rates = {
  cpu_hour: price.exactOptional().describe("Price of a processor for an hour."),
  gib_hour: price.exactOptional().describe("Price of a GiB of memory for an hour."),
  gpu_hour: price.exactOptional().describe("Price of a GPU for an hour."),
  node_hour: price
    .exactOptional()
    .describe("Price of a whole node for an hour, in place of its processors, memory and GPUs."),
  spot_factor: price.exactOptional().describe("What prices are multiplied by on spot nodes. Default: 1."),
};

export const pricesSchema = z
  .strictObject({
    currency: z.string().regex(/^[A-Z]{3}$/, "use a code of three capital letters, for example EUR"),
    ...rates,
    nodes: z
      .array(
        z.strictObject({
          node_selector: z
            .record(z.string(), z.string())
            .refine((labels) => Object.keys(labels).length > 0, "name a label"),
          ...rates,
        }),
      )
      .exactOptional()
      .describe("Other prices for pods with these labels in their node_selector; the first row that fits."),
  })
  .describe("Prices of what pods hold.");

export type Prices = z.output<typeof pricesSchema>;

const HOUR = 3600;

/** In the table's currency. What has no price costs nothing. */
export function costOf({ seconds, resources }: Pick<Usage, "seconds" | "resources">, prices: Prices): number {
  return (seconds / HOUR) * hourly(resources, prices);
}

function hourly({ cpus, memoryGiB = 0, gpus, spot, node = {} }: Resources, prices: Prices): number {
  const row = prices.nodes?.find(({ node_selector }) =>
    Object.entries(node_selector).every(([label, value]) => node[label] === value),
  );
  const { cpu_hour = 0, gib_hour = 0, gpu_hour = 0, node_hour, spot_factor = 1 } = { ...prices, ...row };
  const whole = node_hour ?? cpus * cpu_hour + memoryGiB * gib_hour + gpus * gpu_hour;
  return whole * (spot === true ? spot_factor : 1);
}

/** What a run has cost. */
export interface RunCost {
  readonly currency: string;
  readonly amount: number;
  /** Stages that the run computed; others cost it nothing. */
  readonly stages: readonly StageCost[];
}

export interface StageCost {
  readonly stage: string;
  readonly amount: number;
  readonly seconds: number;
}

/** @param usages of the stages that the run computed, by name */
export function runCost(usages: ReadonlyMap<string, Usage>, prices: Prices): RunCost {
  const stages = [...usages].map(([stage, usage]) => ({
    stage,
    amount: costOf(usage, prices),
    seconds: usage.seconds,
  }));
  return {
    currency: prices.currency,
    amount: stages.reduce((sum, { amount }) => sum + amount, 0),
    stages,
  };
}

/** For people; small amounts keep two digits that say something. */
export function money(amount: number, currency: string): string {
  const digits = amount === 0 || amount >= 0.1 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)));
  return `${digits} ${currency}`;
}
