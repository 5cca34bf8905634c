/** Plot of the compared bases: accuracy of the linear probe, with its interval, over the multiply-adds of a view. */
import * as Plot from "@observablehq/plot";
import type { VNode } from "preact";
import type { BaseCandidate } from "../../spec/records/baseComparison.js";
import { multiplyAddsText, percent } from "../format.js";
import { PlotSvg } from "./svg.js";
import { inPercent } from "./valueAxis.js";

const WIDTH = 460;
const HEIGHT = 260;
const MARGIN = { top: 24, right: 24, bottom: 42, left: 50 };
/** Room on either side of the cheapest and the dearest, as a factor: names are written about their dots. */
const ROOM = 1.6;

/** One whose cost is known. */
interface Placed {
  readonly name: string;
  readonly cost: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  readonly isChosen: boolean;
}

/** Nothing where fewer than two have a known cost: there would be no comparison to see. */
export function BasesByCost({
  candidates,
  chosen,
}: {
  readonly candidates: readonly BaseCandidate[];
  readonly chosen: string;
}): VNode | null {
  const rows = candidates.flatMap(({ name, cost, probe }): Placed[] =>
    cost?.multiplyAdds === undefined
      ? []
      : [
          {
            name,
            cost: cost.multiplyAdds,
            accuracy: probe.accuracy,
            low: probe.interval[0],
            high: probe.interval[1],
            isChosen: name === chosen,
          },
        ],
  );
  if (rows.length < 2) return null;
  const costs = rows.map(({ cost }) => cost);
  const least = Math.max(0, Math.floor(Math.min(...rows.map(({ low }) => low)) * 10 - 0.3) / 10);
  const dot = { x: "cost", y: "accuracy", r: 4.5, stroke: "var(--validation)", strokeWidth: 2 } as const;
  return (
    <figure>
      <PlotSvg
        id="bases-by-cost"
        title="Accuracy of a linear probe by what each base costs"
        description={`${rows.map(inWords).join("; ")}.`}
        options={{
          width: WIDTH,
          height: HEIGHT,
          marginTop: MARGIN.top,
          marginRight: MARGIN.right,
          marginBottom: MARGIN.bottom,
          marginLeft: MARGIN.left,
          x: { type: "log", domain: [Math.min(...costs) / ROOM, Math.max(...costs) * ROOM], axis: null },
          y: { domain: [least, 1], axis: null },
          marks: [
            Plot.gridY({ ticks: 5, stroke: "var(--rule)", strokeOpacity: 1 }),
            Plot.axisY({ ticks: 5, tickSize: 0, tickPadding: 8, label: null, tickFormat: inPercent }),
            Plot.axisX({
              ticks: ticksOf(costs),
              tickFormat: multiplyAddsText,
              tickSize: 4,
              label: "multiply-adds for an image",
              labelAnchor: "center",
              labelArrow: "none",
            }),
            Plot.ruleX(rows, {
              x: "cost",
              y1: "low",
              y2: "high",
              stroke: "var(--validation)",
              strokeWidth: 1.5,
            }),
            Plot.dot(
              rows.filter(({ isChosen }) => isChosen),
              { ...dot, fill: "var(--validation)" },
            ),
            Plot.dot(
              rows.filter(({ isChosen }) => !isChosen),
              { ...dot, fill: "var(--paper)" },
            ),
            ...rows.map((row) => Plot.text([row], { x: "cost", text: "name", ...labelOf(row, rows) })),
          ],
        }}
      />
    </figure>
  );
}

/** Names at the ends grow inwards, where there is room; from the cheapest on, they stand above and below in turn. */
function labelOf({ name, isChosen }: Placed, rows: readonly Placed[]) {
  const order = rows.toSorted((a, b) => a.cost - b.cost).map((row) => row.name);
  const place = order.indexOf(name);
  const isAbove = place % 2 === 0;
  return {
    y: isAbove ? "high" : "low",
    dy: isAbove ? -9 : 11,
    textAnchor: place === 0 ? "start" : place === order.length - 1 ? "end" : "middle",
    fontWeight: isChosen ? 600 : 400,
  } as const;
}

/** The costs themselves, less those whose numbers would lie on one another. */
function ticksOf(costs: readonly number[]): number[] {
  const apart = 1.35;
  const kept: number[] = [];
  for (const cost of costs.toSorted((a, b) => a - b)) {
    if (cost >= apart * (kept.at(-1) ?? 0)) kept.push(cost);
  }
  return kept;
}

const inWords = ({ name, cost, accuracy, low, high }: Placed): string =>
  `${name}: ${percent(accuracy)} (${percent(low)} to ${percent(high)}) at ${multiplyAddsText(cost)}`;
