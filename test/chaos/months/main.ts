/**
 * `node dist/test/chaos/months/main.js [--nights 30] [--kills 20] [--seed 1] [--json]`: a model that is looked after for so many
 * nights by two machines that are killed at drawn moments. Exit code 1 when a promise is broken.
 */
import { parseArgs } from "node:util";
import { mainWith } from "../../../cli/mainWith.js";
import type { Output } from "../../../cli/output.js";
import { say } from "../../../cli/terminal/shown.js";
import { ThawError } from "../../../spec/errors.js";
import { startStack } from "../../support/services/stack.js";
import { brokenPromises, type NightsWork, tend } from "./month.js";
import { planNights } from "./plan.js";

const OPTIONS = {
  nights: { type: "string", default: "30" },
  kills: { type: "string", default: "20" },
  seed: { type: "string", default: "1" },
  json: { type: "boolean" },
  "no-color": { type: "boolean" },
} as const;

async function months(output: Output): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const [nights, kills, seed] = (["nights", "kills", "seed"] as const).map((name) => {
    const text = values[name];
    if (/^\d{1,5}$/.test(text)) return Number(text);
    throw new ThawError("USAGE", `--${name} takes a whole number, not ${text}`);
  }) as [number, number, number];
  const plan = planNights(nights, kills, seed);
  const stack = await startStack({ workers: false });
  const stop = (): void => void stack.close().finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const began = Date.now();
  try {
    const month = await tend(stack, plan, (night) =>
      output.talk(say`${((Date.now() - began) / 60_000).toFixed(1)} min  ${wordsOf(night)}`),
    );
    const broken = brokenPromises(plan, month);
    const events = month.nights.flatMap((night) => night.events);
    const summary = {
      ...{ nights, seed, kills: month.kills, minutes: (Date.now() - began) / 60_000 },
      ...{
        looks: month.records.length,
        trainings: new Set(month.trained).size,
        promotions: month.log.length,
      },
      ...{ versions: month.versions.length, mostEvents: Math.max(...events), broken },
    };
    output.data(summary, () =>
      [
        ...Object.entries(summary).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
        ...broken.map((sentence) => `BROKEN: ${sentence}`),
      ].join("\n"),
    );
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await stack.close();
  }
}

const wordsOf = ({ night, ticks, events }: NightsWork): string =>
  ticks.map(({ sentence }, index) => `night ${night}: ${sentence} (${events[index]} events)`).join("\n");

await mainWith(months);
