/** What a run has cost. */
import { money, type RunCost } from "../../../spec/prices.js";
import { duration } from "../numbers.js";

export function costLine({ amount, currency, stages }: RunCost): string {
  if (stages.length === 0) return `cost ${money(amount, currency)}: it computed nothing by itself`;
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const many = stages.length === 1 ? "1 stage" : `${stages.length} stages`;
  return `cost ${money(amount, currency)}: ${many} held a worker for ${duration(seconds)}`;
}
