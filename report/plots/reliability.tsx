/** Reliability diagram: how often the model is right, by how sure it says it is. */
import * as Plot from "@observablehq/plot";
import type { VNode } from "preact";
import type { Calibration, ReliabilityBin } from "../../spec/records/evaluation.js";
import { counted, percent } from "../format.js";
import { PlotSvg } from "./svg.js";
import { inPercent } from "./valueAxis.js";

const SIZE = 300;
const MARGIN = { top: 10, right: 14, bottom: 42, left: 50 };
/** Radius in pixels of the dot for all images; the area is in proportion to the images. */
const LARGEST_DOT = 17;
/** A bin with a single image must still be seen. */
const SMALLEST_DOT = 2.5;

interface ReliabilityProps {
  readonly id: string;
  readonly title: string;
  readonly calibration: Calibration;
  readonly colour: "training" | "validation";
}

export function Reliability({ id, title, calibration, colour }: ReliabilityProps): VNode {
  const filled = calibration.bins.filter(({ images }) => images > 0);
  const all = filled.reduce((sum, { images }) => sum + images, 0);
  const corners = [{ from: 0, to: 1 }];
  const axis = { ticks: 5, tickSize: 0, tickPadding: 8, tickFormat: inPercent } as const;
  return (
    <PlotSvg
      id={id}
      title={title}
      description={`${filled.map(inWords).join("; ")}.`}
      options={{
        width: SIZE,
        height: SIZE,
        marginTop: MARGIN.top,
        marginRight: MARGIN.right,
        marginBottom: MARGIN.bottom,
        marginLeft: MARGIN.left,
        x: { domain: [0, 1], axis: null },
        y: { domain: [0, 1], axis: null },
        r: { type: "identity" },
        marks: [
          Plot.gridX({ ticks: 5, stroke: "var(--rule)", strokeOpacity: 1 }),
          Plot.gridY({ ticks: 5, stroke: "var(--rule)", strokeOpacity: 1 }),
          Plot.axisX({ ...axis, label: "confidence", labelAnchor: "center", labelArrow: "none" }),
          Plot.axisY({ ...axis, label: null }),
          Plot.link(corners, {
            x1: "from",
            y1: "from",
            x2: "to",
            y2: "to",
            stroke: "var(--muted)",
            strokeDasharray: "4 4",
          }),
          // From what it says to how it is.
          Plot.link(filled, {
            x1: "confidence",
            x2: "confidence",
            y1: "confidence",
            y2: "accuracy",
            stroke: `var(--${colour})`,
            strokeWidth: 1.5,
          }),
          Plot.dot(filled, {
            x: "confidence",
            y: "accuracy",
            r: ({ images }: ReliabilityBin) =>
              Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(images / Math.max(1, all))),
            fill: `var(--${colour})`,
            fillOpacity: 0.75,
            stroke: "var(--paper)",
          }),
        ],
      }}
    />
  );
}

const inWords = ({ from, to, images, accuracy }: ReliabilityBin): string =>
  `confidence ${inPercent(from)} to ${inPercent(to)}: ${percent(accuracy)} of ${counted(images, "image")} right`;
