/** Plot of the test accuracy after each stage with its interval, the final model's as a band. */
import * as Plot from "@observablehq/plot";
import type { VNode } from "preact";
import { percent } from "../format.js";
import type { TrainingStage } from "../trainingStages.js";
import { PlotSvg } from "./svg.js";

const WIDTH = 400;
const ROW = 50;
const MARGIN = { top: 8, right: 62, bottom: 30, left: 16 };

interface StageAccuracyProps {
  readonly stages: readonly TrainingStage[];
  /** 95 % interval of the final model's accuracy. */
  readonly interval: readonly [number, number];
}

export function StageAccuracy({ stages, interval }: StageAccuracyProps): VNode {
  const rows = stages.flatMap(({ name, title, accuracy, interval: own, outcome }, index) =>
    accuracy === undefined
      ? []
      : [
          {
            index,
            accuracy,
            low: own?.[0] ?? accuracy,
            high: own?.[1] ?? accuracy,
            title,
            name,
            outcome,
          },
        ],
  );
  // The axis need not start at 0: the dots show positions, not lengths.
  const least = Math.floor(Math.min(...rows.map(({ low }) => low), interval[0]) * 20 - 0.2) / 20;
  const from = Math.max(0, least);
  const hollow = ({ outcome }: { outcome: string }) => outcome === "comparison";
  const at = { x: "accuracy", y: "index", r: 5.5, strokeWidth: 2 } as const;
  return (
    <PlotSvg
      id="stage-accuracy"
      title="Test accuracy after each stage"
      description={`${rows.map(inWords).join("; ")}. The band is the 95 % interval of the final model, ${percent(interval[0])} to ${percent(interval[1])}.`}
      options={{
        width: WIDTH,
        height: MARGIN.top + rows.length * ROW + MARGIN.bottom,
        marginTop: MARGIN.top,
        marginRight: MARGIN.right,
        marginBottom: MARGIN.bottom,
        marginLeft: MARGIN.left,
        x: { domain: [from, 1], axis: null },
        y: { type: "point", domain: rows.map(({ index }) => index), padding: 0.6, axis: null },
        marks: [
          Plot.rect([interval], { x1: "0", x2: "1", fill: "var(--blue-2)", fillOpacity: 0.7 }),
          Plot.axisX({
            ticks: 5,
            tickSize: 4,
            label: null,
            tickFormat: (x: number) => `${Math.round(x * 100)} %`,
          }),
          Plot.link(rows, { x1: from, x2: 1, y: "index", stroke: "var(--rule)" }),
          Plot.link(rows, { x1: "low", x2: "high", y: "index", stroke: colourOf, strokeWidth: 2.5 }),
          Plot.dot(
            rows.filter((row) => !hollow(row)),
            { ...at, fill: "var(--validation)", stroke: "var(--validation)" },
          ),
          Plot.dot(rows.filter(hollow), {
            ...at,
            fill: "var(--paper)",
            stroke: colourOf,
          }),
          Plot.text(rows, {
            x: from,
            y: "index",
            dx: -MARGIN.left,
            dy: -18,
            textAnchor: "start",
            text: "title",
          }),
          Plot.text(rows, {
            x: 1,
            y: "index",
            dx: MARGIN.right,
            textAnchor: "end",
            fontWeight: 600,
            text: ({ accuracy }: { accuracy: number }) => percent(accuracy),
          }),
        ],
      }}
    />
  );
}

const colourOf = ({ name }: { name: string }): string =>
  name === "scratch" ? "var(--training)" : "var(--validation)";

const inWords = (row: { title: string; accuracy: number; low: number; high: number }): string =>
  `${row.title}: ${percent(row.accuracy)}${row.low < row.high ? ` (${percent(row.low)} to ${percent(row.high)})` : ""}`;
