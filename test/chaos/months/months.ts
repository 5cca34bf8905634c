/** Months of looks at a model, one where nobody is asked and one where people are, as a part of `npm run chaos`. */
import type { Output, Screen } from "../../../cli/output.js";
import { table } from "../../../cli/render/table.js";
import { say } from "../../../cli/terminal/shown.js";
import { startStack } from "../../support/services/stack.js";
import { startMachines } from "./machines.js";
import { type NightsWork, tend } from "./month.js";
import { PROMOTIONS, type Promotion, planNights } from "./plan.js";
import { brokenPromises } from "./promises.js";

/** Of the nights those in which a worker dies. */
const STRUCK = 2 / 3;

export interface MonthSummary {
  readonly promotion: Promotion;
  readonly nights: number;
  readonly seconds: number;
  readonly looks: number;
  readonly trainings: number;
  readonly versions: number;
  /** Entries in the log of the alias. */
  readonly promotions: number;
  /** Questions to people. */
  readonly approvals: number;
  /** Events in the longest history of a look. */
  readonly mostEvents: number;
  /** Where each worker died that did. */
  readonly deaths: readonly string[];
  readonly broken: readonly string[];
}

/** @param nights of each month. @param onStack is given what ends the services, once they run */
export async function disturbedMonths(
  output: Output,
  nights: number,
  seed: number,
  onStack: (close: () => Promise<void>) => void,
): Promise<readonly MonthSummary[]> {
  const stack = await startStack({ workers: false });
  onStack(stack.close);
  const machines = await startMachines(stack);
  try {
    const months: MonthSummary[] = [];
    for (const promotion of PROMOTIONS) {
      const began = Date.now();
      const plan = planNights(nights, Math.round(STRUCK * nights), promotion, seed);
      const onNight = ({ night, ticks, events }: NightsWork): void => {
        const minutes = ((Date.now() - began) / 60_000).toFixed(1);
        for (const [look, { sentence }] of ticks.entries())
          output.talk(
            say`${minutes} min  ${promotion}, night ${night}: ${sentence} (${events[look] ?? 0} events)`,
          );
      };
      const month = await tend(stack, machines, plan, promotion, onNight);
      months.push({
        ...{ promotion, nights, seconds: (Date.now() - began) / 1000 },
        ...{ looks: month.records.length, trainings: new Set(month.trained).size },
        ...{ versions: month.versions.length, promotions: month.log.length },
        ...{ approvals: month.approvals.length, deaths: month.deaths },
        mostEvents: Math.max(0, ...month.nights.flatMap((night) => night.events)),
        broken: brokenPromises(plan, promotion, month),
      });
    }
    return months;
  } finally {
    await machines.close();
    await stack.close();
  }
}

const COLUMNS = [
  "nights",
  "looks",
  "trainings",
  "versions",
  "approvals",
  "promotions",
  "mostEvents",
] as const;

/** @returns what each month came to, then where workers died */
export function monthTables(months: readonly MonthSummary[], screen: Screen): string {
  const places = [...new Set(months.flatMap(({ deaths }) => deaths))].sort();
  const died = ({ deaths }: MonthSummary, place: string): string =>
    String(deaths.filter((death) => death === place).length);
  const broken = months.flatMap((month) => month.broken.map((why) => `${month.promotion}: ${why}`));
  return [
    table(
      ["month", ...COLUMNS.slice(0, -1), "most events of a look"],
      months.map((month) => [month.promotion, ...COLUMNS.map((column) => String(month[column]))]),
      screen,
      COLUMNS.map((_, index) => index + 1),
    ),
    "",
    table(
      ["a worker was killed", ...months.map(({ promotion }) => promotion)],
      [
        ...places.map((place) => [place, ...months.map((month) => died(month, place))]),
        ["all", ...months.map(({ deaths }) => String(deaths.length))],
      ],
      screen,
      months.map((_, index) => index + 1),
    ),
    "",
    ...(broken.length === 0 ? ["every promise of the months held"] : ["broken:", ...broken]),
  ].join("\n");
}
