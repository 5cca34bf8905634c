/** Plot of the domain distance by layer group, with its 95 % interval. */
import * as Plot from "@observablehq/plot";
import type { VNode } from "preact";
import type { DomainDistance } from "../../spec/records/recipe.js";
import { PlotSvg } from "./svg.js";

const WIDTH = 400;
const ROW = 24;
const MARGIN = { top: 4, right: 48, bottom: 30, left: 70 };
/** A normal's 95 % interval in standard errors. */
const INTERVAL = 1.96;
/** The axis ends here at least, where sets of drawn or medical images lie: near sets must look near. */
const LEAST_END = 0.5;

export function DomainGroups({ groups }: DomainDistance): VNode {
  const rows = groups.map(({ name, distance, error }) => ({
    name,
    distance: Math.max(0, distance),
    low: Math.max(0, distance - INTERVAL * error),
    high: Math.max(0, distance + INTERVAL * error),
  }));
  const end = Math.max(LEAST_END, ...rows.map(({ high }) => high));
  return (
    <PlotSvg
      id="domain-groups"
      title="Domain distance by layer group"
      description={rows.map(({ name, distance }) => `${name}: ${distance.toFixed(2)}`).join("; ")}
      options={{
        width: WIDTH,
        height: MARGIN.top + rows.length * ROW + MARGIN.bottom,
        marginTop: MARGIN.top,
        marginRight: MARGIN.right,
        marginBottom: MARGIN.bottom,
        marginLeft: MARGIN.left,
        x: { domain: [0, end], axis: null },
        y: { type: "band", domain: rows.map(({ name }) => name), padding: 0.35, label: null, tickSize: 0 },
        marks: [
          Plot.axisX({ ticks: 5, tickSize: 4, label: null }),
          Plot.barX(rows, { x: "distance", y: "name", fill: "var(--validation)" }),
          Plot.link(rows, { x1: "low", x2: "high", y: "name", stroke: "var(--ink)", strokeWidth: 1.5 }),
          Plot.text(rows, {
            x: end,
            y: "name",
            dx: MARGIN.right,
            textAnchor: "end",
            fontWeight: 600,
            text: ({ distance }: { distance: number }) => distance.toFixed(2),
          }),
        ],
      }}
    />
  );
}
